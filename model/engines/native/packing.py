"""Where each variable of a system lies in a packed state of 64-bit words.

Variables are placed in the order of their declaration, each in the first word that has room; none straddles a word.
Equal states are equal words, since unused bits are zero. Limits: variables of at most 64 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.core.system import State, Var

WORD_BITS = 64


@dataclass(frozen=True)
class BitField:
    """Bits `shift` to `shift + bits - 1` of word `word`."""

    word: int
    shift: int
    bits: int

    @property
    def mask(self) -> int:
        """Ones at the place, zeros elsewhere in the word."""
        return ((1 << self.bits) - 1) << self.shift


class Layout:
    """The place of every variable; `words` is the size of a state. Raises `ValueError` for a variable too wide."""

    def __init__(self, variables: Sequence[Var]) -> None:
        self.variables = variables
        self.place: dict[str, BitField] = {}
        used: list[int] = []
        for var in variables:
            if var.bits > WORD_BITS:
                raise ValueError(f"variable '{var.name}' has {var.bits} bits; a packed state allows {WORD_BITS}")
            word = next((at for at, bits in enumerate(used) if bits + var.bits <= WORD_BITS), len(used))
            if word == len(used):
                used.append(0)
            self.place[var.name] = BitField(word, used[word], var.bits)
            used[word] += var.bits
        self.words = max(len(used), 1)
        self.bits = sum(used)

    def pack(self, state: State) -> list[int]:
        """The words of a state."""
        words = [0] * self.words
        for name, place in self.place.items():
            words[place.word] |= int(state[name]) << place.shift
        return words

    def unpack(self, words: Sequence[int]) -> State:
        """The state in `words`; Booleans as bool."""
        state: State = {}
        for var in self.variables:
            place = self.place[var.name]
            value = (int(words[place.word]) & place.mask) >> place.shift
            state[var.name] = value if var.width else bool(value)
        return state
