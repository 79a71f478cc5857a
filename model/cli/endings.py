"""What all command lines have in common: exit statuses, one clear line for each mistake, how a program ends."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from ctypes import ArgumentError

from model.machine.interrupt import INTERRUPTED
from model.machine.printing import Mistake, complain, speak_any_encoding

OK, CONTRADICTED, UNUSABLE, INCONCLUSIVE, INTERNAL = 0, 1, 2, 3, 70


class Unusable(Mistake):
    """The user asked for something that cannot be done."""


def ended(program: str, run: Callable[[], int]) -> int:
    """Run a command; returns its exit status, also where it fails: every command line ends here."""
    speak_any_encoding()
    try:
        return run()
    except (KeyboardInterrupt, Exception) as error:
        return explain_failure(error, program)


def explain_failure(error: BaseException, program: str) -> int:
    """One line for what a user can mend; a traceback only for what is our mistake. Returns the status."""
    # ctypes wraps Ctrl-C that comes while arguments are converted.
    wrapped = isinstance(error, ArgumentError) and "KeyboardInterrupt" in str(error)
    if wrapped or isinstance(error, KeyboardInterrupt):
        return complain("interrupted", INTERRUPTED, program)
    if isinstance(error, Mistake):
        return complain(str(error), UNUSABLE, program)
    if isinstance(error, OSError):
        return complain(f"{error.filename or 'output'}: {error.strerror or error}", UNUSABLE, program)
    if isinstance(error, MemoryError):
        return complain("out of memory: try --max-memory, or a smaller configuration", INCONCLUSIVE, program)
    traceback.print_exception(error)
    return complain("internal error: this is a defect of the checker, please report the text above", INTERNAL, program)
