"""The engines whose mutants are asked about: the files of each, and the tests that were written for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import chain, zip_longest
from pathlib import Path

from benchmarks.engine_mutation.derive import Mutant, derive

ROOT = Path(__file__).parent.parent.parent
SEED = 9293


@dataclass(frozen=True)
class Engine:
    """What belongs together: its files, and the modules of its tests without "test_"."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


def _engine(name: str, folder: str, files: str, tests: str) -> Engine:
    return Engine(name, tuple(f"model/{folder}/{file}.py" for file in files.split()), tuple(tests.split()))


NETWORK = "bounded ends channel firing freshness ghosts/beliefs ghosts/endings ghosts/origins ghosts/accounts"
ALL = (
    _engine("explicit search", "engines/explicit", "search store hash_table counts", "engines compact workers table"),
    _engine("compact store", "engines/explicit", "fingerprints digest", "compact engines checkpoints"),
    _engine("workers", "machine", "workers", "workers"),
    _engine("checkpoints", "engines/explicit", "checkpoint", "checkpoints"),
    _engine("cone", "core", "cone", "cone"),
    _engine("quotient", "engines/explicit", "quotient", "quotient"),
    _engine("liveness", "engines/infinite", "liveness graph lasso fairness term_values", "liveness live_claims"),
    _engine("knowledge", "engines/epistemic", "knowledge grouping twin", "knowledge"),
    _engine("bounded runs by Z3", "engines/symbolic", "bmc unrolled", "symbolic unknowns"),
    _engine("induction", "engines/symbolic", "induction", "symbolic unknowns"),
    _engine("questions to Z3", "engines/symbolic", "solver", "unknowns symbolic"),
    _engine(
        "proofs", "engines/inductive", "obligations discharge", "unknowns printed_assumptions unbounded timed_proofs"
    ),
    _engine(
        "code", "engines/native", "codegen expressions packing compile code numbered_rules", "terms engines read_back"
    ),
    _engine("twin", "engines", "twin", "engines liveness"),
    _engine("verdicts", "core", "answer", "unknowns engines symbolic check"),
    _engine("bounded network", "network", NETWORK, "network octets accounts ghosts"),
    _engine("sides", "network", "side clocks", "time ghosts network last_ack"),
    _engine("server", "network", "connection server", "server slots table"),
    _engine(
        "unbounded network",
        "any_channel",
        "network every_channel embedding",
        "soup_ghosts printed_assumptions goals embedding",
    ),
    _engine("unbounded in time", "any_channel", "timed", "soup_ghosts printed_assumptions timed_proofs"),
    _engine("the close in time", "any_channel", "closing", "printed_assumptions timed_proofs goals"),
)


def engine_of(file: str) -> Engine:
    """The engine that a file belongs to."""
    return next(one for one in ALL if file in one.files)


@cache
def mutants() -> Mapping[str, list[Mutant]]:
    """All that can be derived, by the engine's name."""
    return {
        one.name: [m for file in one.files for m in derive(file, (ROOT / file).read_text(encoding="utf-8"))]
        for one in ALL
    }


def chosen(listed: Mapping[str, Iterable[Mutant]], count: int) -> list[Mutant]:
    """So many, evenly over the engines: of each function one, as long as there are other functions.

    A mutant's place is the hash of its name and of a fixed seed: what is added or goes elsewhere moves no other one.
    """
    orders = []
    for some in listed.values():
        order = sorted(some, key=lambda one: sha256(f"{SEED} {one.name}".encode()).digest())
        seen, first, rest = set[tuple[str, str]](), list[Mutant](), list[Mutant]()
        for one in order:
            (rest if (one.file, one.function) in seen else first).append(one)
            seen.add((one.file, one.function))
        orders.append([*first, *rest])
    in_turn = (one for one in chain.from_iterable(zip_longest(*orders)) if one is not None)
    return [one for one, _ in zip(in_turn, range(count), strict=False)]
