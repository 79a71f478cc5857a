"""How much memory there is, and large arrays that take it only where they are written.

An array is as large as the search may ever need: it grows without copying, since numpy asks the system for zeros, and
the system gives pages on the first write (large ones where it can, because a search reads its table at random).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil

_CONTROL_GROUP = "/sys/fs/cgroup/memory."


def available() -> int:
    """Bytes that this process may still take without swapping."""
    free = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # A container may have less; there is no such file elsewhere.
        free = min(free, _number(_CONTROL_GROUP + "max") - _number(_CONTROL_GROUP + "current"))
    return max(free, 0)


def zeros(shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
    """An array of zeros that takes no memory yet. Raises `MemoryError` if the system refuses the address range."""
    try:
        return np.zeros(shape, dtype)
    except ValueError as error:  # More than can be addressed.
        raise MemoryError(str(error)) from error


def _number(path: str) -> int:
    return int(Path(path).read_text(encoding="ascii"))
