"""What a measurement was made on, without names or places."""

from __future__ import annotations

import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from model.machine.workers import processors

PACKAGES = ("z3-solver", "llvmlite", "numba", "numpy")


def _first(file: str, pattern: str) -> str:
    """The first match in a file of /proc, or "unknown"."""
    try:
        found = re.search(pattern, Path("/proc", file).read_text(encoding="utf-8"))
    except OSError:
        return "unknown"
    return found[1].strip() if found else "unknown"


def _says(*command: str) -> str:
    """The first line that a tool prints of itself, or "not installed"."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def describe() -> dict[str, str]:
    """Processor, memory, system and versions."""
    memory = _first("meminfo", r"MemTotal:\s+(\d+)")
    return {
        "processor": _first("cpuinfo", r"model name\s*:(.*)"),
        "processors": str(processors()),
        "memory": f"{int(memory) / (1 << 20):.1f} GiB" if memory.isdecimal() else memory,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "gcc": _says("gcc", "--version"),
        "spin": _says("spin", "-V"),
        "java": _says("java", "-version"),
    }
