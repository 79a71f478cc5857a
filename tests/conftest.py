"""What tests keep from run to run lies in pytest's cache: `pytest --cache-clear` begins anew.

Machine code lies there and not in the user's cache, so that thousands of small systems do not drive out what he uses.
Bytecode lies there, too, even where the environment forbids to write it beside the sources: else every process that a
test starts, a hundred of them, would compile all modules again.
"""

from __future__ import annotations

import os
import sys

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Name the folders, to this process and to those that tests start."""
    kept = config.rootpath / config.getini("cache_dir") / "d"
    os.environ["TCP_MODEL_CACHE"] = str(kept / "machine-code")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(kept / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`model.check` starts no processes: for tests of what it prints and writes."""
    from tests.inline import searching_here

    searching_here(monkeypatch)
