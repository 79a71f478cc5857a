"""The sizes of an endpoint (sequence numbers, window, text), and the initial sequence numbers of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.settings.runs import Budgets, Sides
from model.settings.setting import BadConfig, Group, is_number, refuse, setting


@dataclass(frozen=True)
class Sizes(Group):
    """The sizes that both endpoints share."""

    seq_bits: int = setting(4, "width of sequence numbers", least=3, most=32, unit="bit", shared=True)
    window: int = setting(2, "receive window of both sides, octets", least=0, unit="octet", shared=True)
    segment_text: int = setting(
        1, "octets of text in one SEND, and in one retransmission at most", least=1, unit="octet", shared=True
    )


@dataclass(frozen=True)
class Numbers(Group):
    """How initial sequence numbers are chosen, and how many."""

    isn_a: str = setting("fresh", "initial sequence numbers of A: fresh, repeated, or a list such as 100,400")
    isn_b: str = setting("fresh", "initial sequence numbers of B")
    isns_apart: Literal["W+window", "W+window+1"] = setting(
        "W+window",
        "how far fresh initial sequence numbers are from each other; W: what an incarnation uses at most",
    )
    isns_wait: Literal["no", "segments", "segments-and-peer"] = setting(
        "no",
        "an initial sequence number is chosen only when none nearer than isns_apart is in use by a segment in the"
        " network, sent or acknowledged under it; or neither by that nor by the other side's TCB",
    )
    incarnations: int = setting(
        1, "initial sequence numbers that each side may choose in a run", least=1, most=7, unit="incarnation"
    )
    recurring: Sides = setting(
        "none", "who begins again with the first initial sequence number after the last, without end"
    )

    @property
    def incarnation_bits(self) -> int:
        """Bits of an incarnation's number; 0 is none."""
        return self.incarnations.bit_length()


def isn_distance(numbers: Numbers, sizes: Sizes, budgets: Budgets) -> int:
    """How far fresh initial sequence numbers are apart: W + window, or one more."""
    return budgets.span + sizes.window + (numbers.isns_apart == "W+window+1")


def check_numbers(numbers: Numbers, sizes: Sizes, budgets: Budgets) -> None:
    """Refuse initial sequence numbers that there are not, or that do not fit, and text that does not come out even."""
    space, apart = 1 << sizes.seq_bits, isn_distance(numbers, sizes, budgets)
    sum_of = f"{budgets.span}+{sizes.window}" + ("+1" if numbers.isns_apart == "W+window+1" else "")
    refuse(
        (
            2 * apart + 1 > space,
            f"2({numbers.isns_apart})+1 must fit into the number space: 2({sum_of})+1 > 2^{sizes.seq_bits}",
        ),
        (
            numbers.incarnations * apart > space,
            f"{numbers.incarnations} fresh initial sequence numbers, {numbers.isns_apart} = {apart} apart, do"
            f" not fit into 2^{sizes.seq_bits} numbers: raise seq_bits",
        ),
    )
    for name in ("isn_a", "isn_b"):
        isns(numbers, sizes, apart, name, 0)
    octets, text = budgets.octets, sizes.segment_text
    refuse(
        (octets % text, f"octets={octets}: must be a multiple of segment_text={text}"),
        (text > max(octets, 1), f"segment_text={text}: more than octets={octets}"),
    )


def isns(numbers: Numbers, sizes: Sizes, apart: int, name: str, first: int) -> list[int]:
    """The initial sequence numbers of one side (`name` is isn_a or isn_b), one for each incarnation."""
    spec, space, count = getattr(numbers, name), 1 << sizes.seq_bits, numbers.incarnations
    if spec == "fresh":
        return [(first + k * apart) % space for k in range(count)]
    if spec == "repeated":
        return [first % space] * count
    listed = [int(part) for part in spec.split(",") if is_number(part.strip(" "))]
    if len(listed) != len(spec.split(",")) or len(listed) < count:
        raise BadConfig(f"{name}={spec}: must be fresh, repeated, or {count} numbers such as 100,400")
    if max(listed) >= space:
        raise BadConfig(f"{name}={spec}: numbers must be below 2^{sizes.seq_bits}")
    return listed
