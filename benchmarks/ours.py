"""One search by one of our engines, in a process of its own: prints what it found and took, as JSON.

    python -m benchmarks.ours SCALE ENGINE WORKERS

SCALE: its number in `scales.SCALES`; ENGINE: explicit or twin.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from benchmarks.scales import SCALES
from model.core.answer import Effort, Limits
from model.core.system import System
from model.engines import twin
from model.engines.explicit import search as explicit


def search(system: System, engine: str, workers: int) -> Effort:
    """Search once."""
    explore = explicit.explore if engine == "explicit" else twin.explore
    (verdict,) = explore(system, limits=Limits(workers=workers)).values()
    return verdict.effort


def peak_bytes() -> int:
    """The most memory that this process has had. Linux only; elsewhere 0."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0


def main() -> None:
    """Run the command line."""
    scale, engine, workers = SCALES[int(sys.argv[1])], sys.argv[2], int(sys.argv[3])
    effort = search(scale.system(), engine, workers)
    wanted = ("states", "transitions", "depth", "complete", "compile_seconds", "seconds")
    print(json.dumps({**{name: getattr(effort, name) for name in wanted}, "peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
