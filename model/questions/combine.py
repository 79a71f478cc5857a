"""Proofs and searches of one claim together: what one says of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from model.questions.row import Row
from model.settings.config import Config
from model.settings.protocol import LEFT_OPEN

VARIED = ("handshake", *LEFT_OPEN, "mutant")
"""Fields of the protocol in which a proof and a search of one claim may differ."""


def combined(rows: Sequence[Row]) -> list[Row]:
    """The rows, each proof together with the search that its claim points to.

    A proof that fails where it must, in exactly the obligations that are named, and whose search has found a run, is a
    violation with that run as its evidence. A proof that goes through where a search has found a run is a
    contradiction between engines.
    """
    searched = {(row.task.claim.name, row.task.variant): row for row in rows if row.task.proof is None}
    return [_with_search(row, searched) if row.proof and row.task.proof else row for row in rows]


def _with_search(row: Row, searched: dict[tuple[str, str], Row]) -> Row:
    assert row.task.proof is not None
    assert row.proof is not None
    proof, name = row.task.proof, row.task.claim.name
    bounded = searched.get((name, proof.bounded))
    if row.verdict == "holds":
        wrong = [one for one in searched.values() if one.task.claim.name == name and _refutes(one, row)]
        if wrong:
            why = f"proved for every channel, but a search found a run that violates it ({wrong[0].task.variant})"
            return replace(row, verdict="contradiction", why=why)
        return row
    if row.effort.limit or row.verdict == "vacuous" or proof.expected != "fails":
        return row
    if set(row.proof.failing) != set(proof.fails):
        return replace(row, why=f"{row.why}; expected was: {', '.join(sorted(proof.fails))}")
    if bounded is None or bounded.verdict != "violated":
        return replace(row, why=f"{row.why}; no run was found ({proof.bounded})")
    why = (
        f"fails at {', '.join(sorted({one.split(': ')[0] for one in proof.fails}))}; the run is that of {proof.bounded}"
    )
    return replace(row, verdict="violated", why=why, evidence=bounded.evidence)


def _refutes(bounded: Row, proved: Row) -> bool:
    """A search has found a run of the protocol and under the assumptions of the proof, at which the property fails."""
    one, all_of = bounded.task.config, proved.task.config
    if bounded.verdict != "violated" or not isinstance(one, Config) or not isinstance(all_of, Config):
        return False
    if all_of.start == "half-closed":
        from model.any_channel.closing import ClosingNetwork
        from model.questions.theorems import network_for

        network = network_for(proved.task)
        return isinstance(network, ClosingNetwork) and network.covers(one)
    distance, space = one.but(isns_apart=all_of.isns_apart).isn_distance, 1 << one.seq_bits
    chosen = [pair for name in ("isn_a", "isn_b") for pair in combinations(one.isns(name, 0)[: one.incarnations], 2)]
    fresh = all(min((m - n) % space, (n - m) % space) >= distance for m, n in chosen)
    return fresh and all(getattr(all_of, name) in ("either", getattr(one, name)) for name in VARIED)
