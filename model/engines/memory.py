"""Large arrays that take memory only where they are written.

An array is an anonymous mapping as large as the search may ever need: it grows without copying, since the system gives
pages on the first write. Large pages are asked for, because a search reads its table at random.
"""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from typing import Any

import numpy as np

_NO_RESERVE = getattr(mmap, "MAP_NORESERVE", 0x4000 if os.uname().sysname == "Linux" else 0)
_CONTROL_GROUP = "/sys/fs/cgroup/memory."


def available() -> int:
    """Bytes that this process may still take without swapping."""
    free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, StopIteration), open("/proc/meminfo", encoding="ascii") as lines:
        free = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    with suppress(OSError, ValueError):
        free = min(free, _number(_CONTROL_GROUP + "max") - _number(_CONTROL_GROUP + "current"))
    return max(free, 0)


def zeros(shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
    """An array of zeros that takes no memory yet. Raises `MemoryError` if the system refuses the address range."""
    count = int(np.prod(shape))
    size = max(count * np.dtype(dtype).itemsize, mmap.PAGESIZE)
    try:
        block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NO_RESERVE)
    except (OSError, OverflowError) as error:
        raise MemoryError(f"no address range of {size} bytes") from error
    with suppress(OSError, AttributeError):
        block.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(block, dtype=dtype, count=count).reshape(shape)


def _number(path: str) -> int:
    with open(path, encoding="ascii") as text:
        return int(text.read())
