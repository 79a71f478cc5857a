"""The native text of a system is the same whatever was built before in the process, and with every hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import z3

from model.core import nodes
from model.core.nodes import conjuncts, node_of, order

HERE = Path(__file__).parent.parent
A_FEW = ("half-open", "ghosts-release-slots", "last-ack-answered")


def texts(seed: int, *claims: str) -> dict[str, str]:
    """The digests of the texts of these claims' systems (none: all), in a process of its own."""
    command = [sys.executable, "-m", "tests.text_digests", str(seed), *claims]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.long
def test_some_texts_do_not_depend_on_the_past() -> None:
    first = texts(0, *A_FEW)
    assert len(first) > 8
    assert texts(1, *A_FEW) == first
    assert len(set(first.values())) == len(first), "different systems have different texts"


def test_a_text_does_not_depend_on_the_past() -> None:
    assert texts(0, "flood") == texts(2, "flood")


@pytest.mark.minutes
def test_no_text_depends_on_the_past() -> None:
    first = texts(0)
    assert len(first) > 50
    assert texts(1) == texts(2) == first


def test_arguments_of_a_sum_have_an_order_of_their_own() -> None:
    a, b, p = z3.BitVec("a", 8), z3.BitVec("b", 8), z3.Bool("p")
    for one, two in ((a + b, b + a), (a == 3, a == 3), (z3.And(p, a == b), z3.And(b == a, p)), (a & b, b & a)):
        assert node_of(one).digest == node_of(two).digest
        assert [n.digest for n in node_of(one).children] == [n.digest for n in node_of(two).children]
    for one, two in ((a - b, b - a), (z3.ULT(a, b), z3.ULT(b, a)), (z3.Concat(a, b), z3.Concat(b, a)), (a, b)):
        assert node_of(one).digest != node_of(two).digest
    assert node_of(a == 3).children[1].value == 3


def test_what_differs_in_any_way_has_another_digest() -> None:
    a, wide = z3.BitVec("a", 8), z3.BitVec("a", 9)
    different = [a, wide, z3.Bool("a"), z3.Real("a"), z3.BitVecVal(3, 8), z3.BitVecVal(3, 9), z3.BitVecVal(4, 8)]
    different += [z3.Extract(5, 2, a), z3.Extract(6, 3, a), z3.ZeroExt(1, a), z3.SignExt(1, a), z3.ZeroExt(2, a)]
    different += [z3.BoolVal(True), z3.BoolVal(False), z3.And(), z3.Or(), ~a, -a, z3.RealVal(3), z3.RealVal("1/3")]
    assert len({node_of(term).digest for term in different}) == len(different)


def test_conjuncts_are_in_the_order_of_the_guard() -> None:
    p, q, r = z3.Bools("p q r")
    names = [str(part) for part in conjuncts(node_of(z3.And(z3.And(r, p), q, True)))]
    assert names == ["r", "p", "q"]
    either = [[str(part) for part in conjuncts(node_of(z3.Not(z3.Or(one, two))))] for one, two in ((p, q), (q, p))]
    assert either[0] == either[1]
    assert sorted(either[0]) == ["not(p)", "not(q)"]


def test_a_reader_that_begins_afresh_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def terms() -> Iterator[z3.ExprRef]:
        term = z3.BitVec("a", 8)
        for at in range(40):
            yield (term := term * 3 + at)

    before = [node_of(term).digest for term in terms()]
    monkeypatch.setattr(nodes, "MOST", 10)
    again = [node_of(term).digest for term in terms()]
    assert again == before
    assert len(order(terms())) == 1 + 40 + 2 * 40, "a, the numbers, and two operators each time"


def test_a_quantifier_is_refused_by_name() -> None:
    x = z3.Int("x")
    with pytest.raises(nodes.UnknownOperator, match="no application"):
        node_of(z3.ForAll([x], x > 0))
