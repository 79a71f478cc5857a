"""How the programs begin: Ctrl-C is seen to before anything else is loaded, and the packages are ours.

The console scripts are here; `python -m model.check` and its like call `begin` in their first line. This module imports
nothing that takes time.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from model.machine.interrupt import watch

UNUSABLE = 2


def begin(program: str) -> None:
    """See to Ctrl-C. Ends with status 2 if a folder of the user's own hides our package `properties`."""
    watch(program)
    ours, found = Path(__file__).parent.parent / "properties", find_spec("properties")
    places = [Path(place).resolve() for place in (found and found.submodule_search_locations) or ()]
    if places and ours.resolve() not in places:
        print(f"{program}: {places[0]} hides this project's package of the same name; run tcp-check (or tcp-certify,"
              " tcp-conform, tcp-export), or start in another folder", file=sys.stderr)  # fmt: skip
        sys.exit(UNUSABLE)


def _run(name: str) -> int:
    begin(f"model.{name}")
    return int(import_module(f"model.{name}").main())


check, certify = partial(_run, "check"), partial(_run, "certify")
conform, export = partial(_run, "conform.__main__"), partial(_run, "export.__main__")
"""The programs that are installed."""
