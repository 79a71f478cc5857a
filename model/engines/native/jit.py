"""numba, without linear algebra: nothing here uses it, and to see whether it is there numba imports `scipy.linalg`."""

from __future__ import annotations

import sys

_UNUSED = "scipy.linalg.cython_blas"
_hidden = _UNUSED not in sys.modules
if _hidden:
    sys.modules[_UNUSED] = None  # type: ignore[assignment]  # What is None there counts as not installed.
try:
    from numba import njit, types
    from numba.core import cgutils
    from numba.extending import intrinsic
finally:
    if _hidden:
        del sys.modules[_UNUSED]

__all__ = ["cgutils", "intrinsic", "njit", "types"]
