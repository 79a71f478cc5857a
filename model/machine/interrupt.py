"""Ctrl-C, and SIGTERM, end a command within two seconds, whatever it is doing, and what was found is told.

Python raises `KeyboardInterrupt` where the main thread's next line would run: not while a solver or a compiler works,
and what a destructor is doing loses it. So a command has a thread that the signal itself wakes: it lets the command
tell what was found, says "interrupted", and ends the process with status 130. A second signal waits for nothing.

Limits: only where a program begins (`watch`); whoever calls the commands as functions gets `KeyboardInterrupt`. Files
that must be whole are replaced, never written in place. This module imports nothing that takes time.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import socketpair
from threading import Lock, Thread, Timer

INTERRUPTED = 130
ENDING = (signal.SIGINT, signal.SIGTERM)
SECONDS = 1.7
"""What was found must be told within so many seconds."""

_tellers: list[Callable[[], object]] = []
_speaking = Lock()


def watch(program: str) -> None:
    """From now on Ctrl-C and SIGTERM end this process. Call it in the main thread, first of all."""
    reading, writing = socketpair()
    writing.setblocking(False)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    for number in ENDING:
        signal.signal(number, lambda *_: writing.fileno())  # The thread does the rest; keeps the socket alive.
        atexit.register(signal.signal, number, signal.SIG_IGN)  # All has been said then.

    def wait() -> None:
        if hear():
            Thread(target=_leave, args=(program,), daemon=True).start()
            if hear():
                _end(program)

    def hear() -> bool:
        while heard := reading.recv(1):
            if heard[0] in ENDING:
                return True
        return False  # The other end is closed: Python has begun to end.

    Thread(target=wait, daemon=True, name="interrupt").start()


@contextmanager
def at_interrupt(found: Callable[[], object]) -> Iterator[None]:
    """Within, `found` is called at Ctrl-C, in another thread: it prints what was found."""
    _tellers.append(found)
    try:
        yield
    finally:
        _tellers.remove(found)


@contextmanager
def speaking() -> Iterator[None]:
    """Around the last words of a command: they are said once, either by it or at Ctrl-C."""
    with _speaking:
        yield


def _leave(program: str) -> None:
    """Tell what was found, and end."""
    late = Timer(SECONDS, _end, (program,))
    late.daemon = True
    late.start()
    try:
        if _speaking.acquire(timeout=SECONDS) and _tellers:
            _tellers[-1]()
        sys.stdout.flush()
    except Exception:
        sys.excepthook(*sys.exc_info())
    _end(program)


def _end(program: str) -> None:
    """Say "interrupted", and end this process and those that it has started."""
    with suppress(Exception):
        for child in sys.modules["multiprocessing"].active_children():
            child.kill()
    with suppress(Exception):
        os.write(2, f"{program}: interrupted\n".encode())
    os._exit(INTERRUPTED)
