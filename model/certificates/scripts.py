"""The scripts of certificates: their files whole, and their language, before anybody does what they say.

The language is the little of SMT-LIB 2.6 that `export.smtlib` writes, and nothing else:

    script   = comment* logic declare* define* assert+ "(check-sat)"      each on a line of its own
    comment  = "; " text
    logic    = "(set-logic QF_BV)" | "(set-logic QF_LRA)" | "(set-logic ALL)"
    declare  = "(declare-fun " symbol " () " sort ")"
    define   = "(define-fun ?" number " () " sort " " term ")"
    assert   = "(assert " term ")"
    sort     = "Bool" | "Real" | "(_ BitVec " number ")"
    term     = symbol | "?" number | constant | "(" head (" " term)+ ")"
    head     = operator | "(_ extract " number " " number ")" | "(_ zero_extend " number ")" | ...
    constant = "true" | "false" | "(_ bv" number " " number ")" | number ".0"

All is printable ASCII. A name is declared or defined in a line above, once, and is no operator's. So a script can ask
one question, and that is all: no option, no file, no string, no scope, no quantifier, no function, nothing but the
answer is said. Sorts are not checked: that is for the solvers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from model.certificates.manifests import Damaged, Script, sha256
from model.export.smtlib import OPERATORS, RESERVED
from model.machine.reading import Unreadable, octets_of

NUMBER = r"(?:0|[1-9][0-9]{0,39})"
SYMBOL = r"(?:[A-Za-z][A-Za-z0-9._-]*|\|[^|\\]+\|)"
SORT = rf"(?:Bool|Real|\(_ BitVec {NUMBER}\))"
DEFINED = rf"\?{NUMBER}"
INDEXED = rf"\(_ (?:extract {NUMBER} {NUMBER}|(?:zero|sign)_extend {NUMBER})\)"
CONSTANT = rf"(?:true|false|{NUMBER}\.0)(?![^ )])|\(_ bv{NUMBER} {NUMBER}\)"
COMMANDS = {
    "comment": re.compile("; .*"),
    "logic": re.compile(r"\(set-logic (?:QF_BV|QF_LRA|ALL)\)"),
    "declare": re.compile(rf"\(declare-fun (?P<gives>{SYMBOL}) \(\) {SORT}\)"),
    "define": re.compile(rf"\(define-fun (?P<gives>{DEFINED}) \(\) {SORT} (?P<term>.*)\)"),
    "assert": re.compile(r"\(assert (?P<term>.*)\)"),
    "check": re.compile(r"\(check-sat\)"),
}
"""The commands in their order."""
ORDER = {kind: place for place, kind in enumerate(COMMANDS)}
ONCE, NEEDED = ("logic", "check"), {"logic": "set-logic", "assert": "assert", "check": "check-sat"}
TOKEN = re.compile(
    rf" ?(?:(?P<value>{CONSTANT})|\((?P<head>{INDEXED}|[^\s()|;\"]+)(?= )|(?P<close>\))|(?P<name>{DEFINED}|{SYMBOL}))"
)
VALUES = {"true", "false"}
HEADS = OPERATORS - {*VALUES, "extract", "zero_extend", "sign_extend"} | {"/"}
TEXT = re.compile(r"[\n -~]*\n")
KEPT = 1 << 17
"""Lines of which it is kept what they are: scripts have most of them in common."""


@dataclass(frozen=True)
class Command:
    """One line. gives: the name that it declares or defines, if any. reads: the names in its term."""

    kind: str
    gives: str = ""
    reads: frozenset[str] = frozenset()


def check(script: str) -> None:
    """Raises `Unreadable`, with the line's number, for a script that is not in the language."""
    if not TEXT.fullmatch(script):
        raise Unreadable("it is not lines of printable ASCII")
    known, seen = set[str](), ["comment"]
    for number, line in enumerate(script[:-1].split("\n"), 1):
        try:
            found = _command(line)
            _check_place(found, known, seen)
        except ValueError as error:
            raise Unreadable(f"line {number}: {error}") from None
        known.add(found.gives)
        if found.kind != seen[-1]:
            seen.append(found.kind)
    if missing := [command for kind, command in NEEDED.items() if kind not in seen]:
        raise Unreadable(f"there is no {missing[0]}")


def _check_place(found: Command, known: set[str], seen: list[str]) -> None:
    """Raises `ValueError` if a command may not stand behind those seen."""
    if ORDER[found.kind] < ORDER[seen[-1]] or (found.kind in ONCE and found.kind in seen):
        raise ValueError(f"no {NEEDED.get(found.kind, found.kind)} may come here")
    if found.gives in known and found.gives:
        raise ValueError(f"{found.gives} is there twice")
    if not found.reads <= known:
        raise ValueError(f"{min(found.reads - known)} is not declared")


@lru_cache(maxsize=KEPT)
def _command(line: str) -> Command:
    """What a line is; raises `ValueError`."""
    for kind, form in COMMANDS.items():
        if found := form.fullmatch(line):
            groups = found.groupdict()
            names = frozenset(_names(groups["term"])) if "term" in groups else frozenset[str]()
            return Command(kind, _free(groups["gives"]) if "gives" in groups else "", names)
    raise ValueError(f"{_begins(line)} is no command of a certificate")


def _names(term: str) -> Iterator[str]:
    """The names in what must be one term; raises `ValueError`."""
    at, given = 0, list[int]()  # How many arguments each open operation has so far.
    while found := TOKEN.match(term, at):
        close, head = found["close"], found["head"]
        if found[0].startswith(" ") != (bool(given) and not close) or (close and not (given and given.pop())):
            break
        if head and head not in HEADS and not head.startswith("("):
            raise ValueError(f"{_begins(head)} is no operator of a certificate")
        at = found.end()
        if head:
            given.append(0)
            continue
        if found["name"]:
            yield _plain(found["name"])
        if not given and at == len(term):
            return
        if not given:
            break
        given[-1] += 1
    raise ValueError(f"{_begins(term[at:] or 'the end')} is no term of a certificate")


def _free(name: str) -> str:
    """A name that means nothing yet; raises `ValueError`."""
    if name in RESERVED or _plain(name) in OPERATORS | HEADS:
        raise ValueError(f"{name} has a meaning already")
    return _plain(name)


def _plain(name: str) -> str:
    """A symbol without its bars: |x| is x."""
    return name.strip("|")


def _begins(text: str) -> str:
    return f"'{text[:40]}{'...' if len(text) > 40 else ''}'"


_known = cache(set[str])
"""The hashes of the scripts that this process has found to be scripts of certificates."""


def check_scripts(scripts: Iterable[tuple[Path, Script]]) -> list[list[str]]:
    """No difference, of the one certificate; raises `Damaged` for a script that was changed, or not in the language."""
    for path, script in scripts:
        text = text_with_hash(path, script.sha256)
        if sha256(text) not in _known():
            try:
                check(text)
            except Unreadable as error:
                raise Damaged(f"{path}: is no script of a certificate: {error}") from error
            _known().add(sha256(text))
    return [[]]


def text_with_hash(path: Path, sha: str) -> str:
    """The text of the script with this hash; raises `Damaged` if it is another."""
    try:
        octets = octets_of(path)
    except (OSError, Unreadable) as error:
        raise Damaged(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if sha256(octets) != sha:
        raise Damaged(f"{path}: was changed after it had been written")
    try:
        return octets.decode("ascii")
    except UnicodeDecodeError as error:
        raise Damaged(f"{path}: is no script of a certificate: octet {error.start:,} is not ASCII") from None
