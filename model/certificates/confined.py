"""A process without rights, for a program that reads what a stranger has written: it can compute, and answer.

`confine` gives up, for good, what the process still could do after everything that it needs has been loaded:
- no file can be opened, read, written, emptied or made (no descriptor is left to open one with: RLIMIT_NOFILE), nor a
  socket; what is open, the pipe to the parent, goes on working;
- no file can grow (RLIMIT_FSIZE), nobody's memory is written down (RLIMIT_CORE), no process is started (RLIMIT_NPROC;
  that does not bind root);
- standard input, output and error lead nowhere; the working directory is empty, and has been removed, so that nothing
  can be put into it;
- where Linux has Landlock (5.13 and later, if it is switched on) the kernel refuses all of the file system, TCP and
  other processes besides, whoever asks and whatever the limits are.

Limits: Windows has none of this: there the process is only one of its own. Memory and time are seen to by the parent.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

RESOURCE: Any = import_module("resource") if find_spec("resource") else None
"""The standard library's module, where the system has it; loaded now, since afterwards no file can be opened."""
CREATE_RULESET, RESTRICT_SELF = 444, 446
"""Linux's system calls, by numbers that most architectures share."""
STREAMS = 3
ASK_VERSION = 1
NO_NEW_PRIVS = 38
FILE_RIGHTS = (0, 13, 14, 15, 15, 16)
"""How many rights to files each version of Landlock knows; later ones as many as the last."""
NET_SINCE, SCOPES_SINCE = 4, 6


class Ruleset(ctypes.Structure):
    """What is refused unless a rule allows it, and there will be none: Linux's `landlock_ruleset_attr`."""

    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def confine() -> None:
    """Give up all rights that are not needed to compute; the caller has loaded what it needs."""
    _leave_standard_streams()
    _leave_working_directory()
    landlocked()
    _limit()


def _leave_standard_streams() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(STREAMS):
        os.dup2(nowhere, stream, inheritable=False)
    if nowhere >= STREAMS:
        os.close(nowhere)


def _leave_working_directory() -> None:
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    with suppress(OSError):  # Windows keeps it while somebody is in it.
        os.rmdir(folder)


def _limit() -> None:
    """Set limits that cannot be raised again. Last of all, since no file can be opened afterwards."""
    if RESOURCE is None:
        return
    limits = {
        RESOURCE.RLIMIT_CORE: 0,
        RESOURCE.RLIMIT_FSIZE: 0,
        RESOURCE.RLIMIT_NPROC: 0,
        RESOURCE.RLIMIT_NOFILE: STREAMS,  # They are open, so that no descriptor is left.
    }
    for limit, most in limits.items():
        with suppress(OSError, ValueError):
            RESOURCE.setrlimit(limit, (most, most))


def landlocked() -> bool:
    """Have Linux refuse this thread everything that Landlock knows; whether there is Landlock."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION))
    if version < 1:
        return False
    rules = Ruleset(
        files=(1 << FILE_RIGHTS[min(version, len(FILE_RIGHTS) - 1)]) - 1,
        net=0b11 if version >= NET_SINCE else 0,
        scopes=0b11 if version >= SCOPES_SINCE else 0,
    )
    size = 24 if version >= SCOPES_SINCE else 16 if version >= NET_SINCE else 8
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    refused = libc.syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)
    return bool(refused == 0)
