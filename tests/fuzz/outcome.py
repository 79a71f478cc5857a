"""What came of one input, and what is wrong with that."""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCUMENTED = (0, 1, 2, 3)
UNUSABLE = 2
PREFIX = "model."
"""How our own lines begin on standard error."""


@dataclass(frozen=True)
class Input:
    """Files by name, in a folder of their own, and arguments, in which FOLDER stands for that folder.

    encoding: of standard output and error.
    """

    files: dict[str, bytes]
    arguments: tuple[str, ...]
    encoding: str = "utf-8"


FOLDER = "{}"


@dataclass(frozen=True)
class Outcome:
    """Of one input. raised: the traceback of what was raised; died: how its process ended, or that it hung."""

    status: int = -1
    out: str = ""
    err: str = ""
    raised: str = ""
    died: str = ""

    @property
    def passed(self) -> bool:
        """Whether the input got through the parser."""
        return self.status != UNUSABLE and not self.fault

    @property
    def fault(self) -> str:
        """What is wrong, in a line; empty if nothing is."""
        strange = sorted({ascii(c) for c in self.out + self.err if not c.isprintable() and c != "\n"})
        wrong = (
            self.died,
            _last(self.raised),
            _last(self.err.rpartition("\n" + PREFIX)[0]) if "Traceback" in self.err else "",
            f"status {self.status}" if self.status not in DOCUMENTED else "",
            f"status 2 with {self.err!r:.200}" if self.status == UNUSABLE and self.err.count("\n") != 1 else "",
            f"not printable: {', '.join(strange[:5])}" if strange else "",
            "out of memory" if "out of memory" in self.err else "",
        )
        return next(filter(None, wrong), "")

    @property
    def kind(self) -> str:
        """The same for two outcomes of one fault: where it was raised, or what is wrong but for numbers."""
        where = re.findall(r'File ".*", line \d+, in .*', self.raised or self.err)
        if where and self.fault:
            return f"{self.fault.partition(':')[0]}: {where[-1]}"
        return "".join(c for c in self.fault if not c.isdecimal())[:60]


def _last(text: str) -> str:
    """The last line of a traceback."""
    return (text.strip().splitlines() or [""])[-1][:200]
