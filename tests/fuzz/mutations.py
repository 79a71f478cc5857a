"""How inputs are altered: as octets, text, trees of JSON, lines, and arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any

NASTY = (
    "\x1b[2J\x1b[31mred",
    "\ud800",
    "a\u2028b",
    "\u202egnirts",
    "[bold]",
    "[/]",
    ":smile:",
    "²",
    "٣",
    "\x00",
    "\x85",
    "",
    " ",
    "é→",
    "x" * 3000,
    "{}",
    "%s%n",
    "../../etc/passwd",
    "\\",
    '"',
)
NUMBERS = (-1, 0, 1, 2, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**30)
VALUES: Sequence[Any] = (None, True, False, 1.5, -0.0, 1e308, [], {}, [[]], {"": 0}, "0", *NUMBERS)
HUGE = "9" * 5000


def octets(random: Random, content: bytes) -> bytes:
    """One to four changes of octets or spans of them."""
    found = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4))):
        at, size = random.randrange(len(found) + 1), random.choice((1, 1, 2, 4, 8, 100))
        how = random.randrange(6)
        if how == 0 and at < len(found):
            found[at] ^= 1 << random.randrange(8)
        elif how == 1:
            del found[at : at + size]
        elif how == 2:
            found[at:at] = found[at : at + size] * random.choice((1, 2, 10))
        elif how == 3:
            found[at : at + size] = random.randbytes(size)
        elif how == 4:
            value = random.choice((0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF))
            found[at : at + 4] = value.to_bytes(4, random.choice(("little", "big")))
        else:
            del found[at:]
    return bytes(found)


def encoded(random: Random, text: str) -> bytes:
    """The text in UTF-8, now and then with a byte order mark, other line ends, or in another encoding."""
    how = random.randrange(40)
    if how == 0:
        return text.encode("utf-16", "surrogatepass")
    if how == 1:
        return b"\xef\xbb\xbf" + text.encode("utf-8", "surrogatepass")
    if how == 2:
        return text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree, as a container and a key or an index of it."""
    waiting: list[Any] = [tree]
    while waiting:
        at = waiting.pop()
        keys: Iterable[Any] = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        for key in keys:
            yield at, key
            waiting.append(at[key])


class Trees:
    """Alters trees of JSON; what a name is given elsewhere in the corpus is what it may be given here."""

    def __init__(self, corpus: Sequence[Any]) -> None:
        self._known: dict[str, list[Any]] = {}
        for tree in corpus:
            for at, key in places([tree]):
                known = self._known.setdefault(str(key) if isinstance(at, dict) else "", [])
                if len(known) < 2000:
                    known.append(at[key])

    def gently(self, random: Random, tree: Any) -> Any:
        """One change that keeps the form: an item left out, doubled or moved, or another value of the same name."""
        copy: Any = json.loads(json.dumps([tree]))
        found = list(places(copy))
        lists = [(at, key) for at, key in found if isinstance(at, list) and at is not copy]
        if lists and random.random() < 0.4:
            listed, index = random.choice(lists)
            how = random.randrange(3)
            if how == 0:
                del listed[index]
            elif how == 1:
                listed.insert(index, json.loads(json.dumps(listed[index])))
            else:
                listed[index], listed[-1] = listed[-1], listed[index]
            return copy[0]
        named = [(at, key) for at, key in found if isinstance(at, dict)]
        if named:
            at, key = random.choice(named)
            at[key] = json.loads(json.dumps(random.choice(self._known[key])))
        return copy[0]

    def roughly(self, random: Random, tree: Any) -> Any:
        """One change of any kind: another type, an absurd number or text, a name left out, added or renamed."""
        copy: Any = json.loads(json.dumps([tree]))
        at, key = random.choice(list(places(copy)))
        how = random.randrange(5)
        if how == 0:
            at[key] = random.choice(VALUES)
        elif how == 1:
            at[key] = random.choice(NASTY)
        elif how == 2 and at is not copy:
            del at[key]
        elif how == 3 and isinstance(at, dict):
            at[random.choice((*NASTY, *self._known))] = at[key]
        else:
            at[key] = random.choice(random.choice(list(self._known.values())))
        return copy[0]


def written(random: Random, tree: Any, **how: Any) -> str:
    """The tree as JSON, now and then as Python's parser alone would read it."""
    text = json.dumps(tree, ensure_ascii=random.random() < 0.5, **how)
    strange = random.randrange(60)
    if strange == 0:
        return text.replace("1", HUGE, 1)
    if strange == 1:
        return text.replace("0", random.choice(("NaN", "-Infinity", "1e999")), 1)
    if strange == 2:
        return text.replace("[", "[" * 100_000, 1)
    if strange == 3:
        return text.replace("{", '{"name": 1, ', 1)
    if strange == 4:
        return text.replace(": ", ":\u2028", 1)
    return text


def lines(random: Random, text: str, others: Sequence[str]) -> str:
    """One change of whole lines, or of a word of one; others: lines that may come in."""
    found = text.split("\n")
    at = random.randrange(len(found))
    how = random.randrange(6)
    if how == 0:
        del found[at]
    elif how == 1:
        found.insert(at, random.choice(found))
    elif how == 2:
        found.insert(at, random.choice(others))
    elif how == 3:
        found = found[:at]
    elif words := found[at].split(" "):
        word = random.randrange(len(words))
        pool = [*NASTY, *map(str, NUMBERS)] if how == 4 else random.choice(others).split(" ")
        words[word] = random.choice(pool)
        found[at] = " ".join(words)
    return "\n".join(found)


Word = Callable[[Random], str]


def arguments(random: Random, options: dict[str, Word | None], names: Sequence[Word]) -> tuple[str, ...]:
    """A command line: the names that are wanted, and options with or without the value that they want."""
    found = [draw(random) for draw in names if random.random() < 0.97]
    if names and random.random() < 0.2:
        found.append(names[-1](random))
    for option in random.sample(list(options), random.choice((0, 1, 1, 2, 3))):
        value = options[option]
        found.append(option)
        if value is not None and random.random() < 0.97:
            found.append(value(random))
    if random.random() < 0.1:
        found.insert(random.randrange(len(found) + 1), random.choice(("--", "-", "--x", "@x", "-h", "", *NASTY)))
    return tuple(spoken(word) for word in found)


def spoken(word: str) -> str:
    """A word that a shell can give to a program: no NUL, and surrogates only for octets that are no UTF-8."""
    return re.sub("[\ud800-\udc7f\udd00-\udfff]", "?", word.replace("\0", ""))
