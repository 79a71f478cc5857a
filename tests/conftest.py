"""What tests keep from run to run, and what is done once for all of them.

What is kept lies in pytest's cache: `pytest --cache-clear` begins anew. Machine code lies there and not in the user's
cache, so that hundreds of small systems do not drive out what he uses. Bytecode lies there, too, even where the
environment forbids to write it beside the sources: else each of a hundred processes would compile all modules again.
"""

from __future__ import annotations

import gc
import os
import sys

import pytest

OBJECTS = 20_000
"""How many more objects there are when Python looks for garbage: terms are many, and few are in circles."""


def pytest_configure(config: pytest.Config) -> None:
    """Name the folders and the language, to this process and to those that tests start; without pytest's cache none."""
    os.environ["LANGUAGE"] = "en"
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return
    kept = config.rootpath / config.getini("cache_dir") / "d"
    os.environ["TCP_MODEL_CACHE"] = str(kept / "machine-code")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(kept / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """Tests and modules stay until the end: Python need not ask again and again whether they are garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`model.check` starts no processes: for tests of what it prints and writes."""
    from tests.inline import searching_here

    searching_here(monkeypatch)
