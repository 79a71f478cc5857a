"""Mutants of the engines: what is derived, that it is chosen evenly, who is asked, and what counts as noticed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.engine_mutants import SAMPLE, main, selected, table
from benchmarks.engine_mutation.derive import derive
from benchmarks.engine_mutation.engines import ALL, ROOT, chosen, engine_of, mutants
from benchmarks.engine_mutation.equivalent import WHY
from benchmarks.engine_mutation.fate import CRASHED, NOTICED, SURVIVED, TIMED_OUT, Asking, Fate, asked_about, became
from benchmarks.engine_mutation.measure import Measured, load
from benchmarks.engine_mutation.measuring import functions
from benchmarks.engine_mutation.telling import is_answer
from model.core.run import ReplayError

SOURCE = '''
"""Is 1 < 2?"""
import z3
MOST: int = 1

class Queue:
    def full(self, count: int) -> bool:
        """Whether count >= MOST."""
        if count < MOST and self.open:
            raise ValueError(f"{count} of {MOST + 1}")
        self.seen = count - MOST
        return z3.And(count > self.least, z3.Not(self.open))
'''
AND = "z3.And(count > self.least, z3.Not(self.open))"
DERIVED = {
    ("off by one", "1", "2"),
    ("off by one", "1", "0"),
    ("exchanged connective", "count < MOST and self.open", "(count < MOST or self.open)"),
    ("dropped part", "count < MOST and self.open", "self.open"),
    ("dropped part", "count < MOST and self.open", "(count < MOST)"),
    ("negated condition", "count < MOST and self.open", "(not (count < MOST and self.open))"),
    ("off by one", "count < MOST", "(count <= MOST)"),
    ("unknown taken for an answer", 'raise ValueError(f"{count} of {MOST + 1}")', "return None"),
    ("dropped update", "self.seen = count - MOST", "pass"),
    ("another operator", "count - MOST", "(count + MOST)"),
    ("exchanged pair", "count - MOST", "(MOST - count)"),
    ("exchanged connective", AND, AND.replace("And", "Or")),
    ("dropped part", AND, "z3.And(z3.Not(self.open))"),
    ("dropped part", AND, "z3.And(count > self.least)"),
    ("off by one", "count > self.least", "(count >= self.least)"),
    ("negated condition", "z3.Not(self.open)", "self.open"),
}  # fmt: skip


def test_what_is_derived_from_a_module() -> None:
    found = derive("queue.py", SOURCE)
    assert {(one.kind, one.was, one.now) for one in found} == DERIVED
    assert len(found) == len(DERIVED)
    assert {one.function for one in found} == {"", "Queue.full"}


def test_a_mutant_is_put_in_where_it_was_found() -> None:
    (one,) = (one for one in derive("queue.py", SOURCE) if one.now == "(MOST - count)")
    assert one.put_into(SOURCE.encode()).decode() == SOURCE.replace("count - MOST", "(MOST - count)")
    assert one.name == "queue.py: Queue.full: count - MOST => (MOST - count)"


def test_thousands_are_derived_from_every_engine_and_each_has_a_name() -> None:
    found = [one for some in mutants().values() for one in some]
    assert len(found) > 4000
    assert len({one.name for one in found}) == len(found)
    assert len(Counter(one.kind for one in found)) == 8 + ("early end" in {one.kind for one in found})
    assert all(any(one.file == file for one in found) for engine in ALL for file in engine.files)
    for one in (*found[:: len(found) // 100], *chosen(mutants(), SAMPLE)):
        source = (ROOT / one.file).read_bytes()
        assert one.put_into(source) != source
        compile(one.put_into(source), one.file, "exec", dont_inherit=True)


def test_every_file_of_the_engines_belongs_to_one() -> None:
    """But for those that keep machine code on disk, or import numba."""
    files = [file for engine in ALL for file in engine.files]
    assert len(files) == len(set(files))
    every = {path.relative_to(ROOT).as_posix() for path in (ROOT / "model" / "engines").rglob("[!_]*.py")}
    assert {Path(file).stem for file in every - set(files)} == {"codecache", "jit"}


def test_they_are_chosen_evenly_and_always_the_same() -> None:
    some = chosen(mutants(), SAMPLE)
    assert len(some) == SAMPLE >= 60
    assert set(Counter(engine_of(one.file).name for one in some).values()) == {4}
    assert chosen({name: [*reversed(more)] for name, more in mutants().items()}, SAMPLE) == some
    fewer = {name: [one for one in more if one != some[0]] for name, more in mutants().items()}
    assert [one for one in some if one not in chosen(fewer, SAMPLE)] == some[:1]
    assert len({(one.file, one.function) for one in some}) > 65


def test_somebody_is_asked_about_each() -> None:
    measured = load()
    for one in chosen(mutants(), SAMPLE):
        found = asked_about(one, measured)
        assert found, one.name
        assert sum(found.values()) <= 50


def test_the_tests_that_were_written_for_an_engine_are_asked_first() -> None:
    seconds = {f"tests/test_{name}.py::test_{at}": at / 10 for name in ("cone", "engines", "time") for at in range(6)}
    (one,) = (m for m in mutants()["cone"] if m.name.endswith("var.name in found => (var.name not in found)"))
    found = list(asked_about(one, Measured({"model/core/cone.py:relevant": list(seconds)}, seconds)))
    assert [test.split("_")[1].split(".")[0] for test in found[:6]] == ["cone"] * 6
    assert len(found) == 6 + 3 + 3


def test_equivalent_mutants_exist_and_have_a_reason() -> None:
    names = {one.name for some in mutants().values() for one in some}
    assert set(WHY) - names == set()
    assert all(len(why) > 20 for why in WHY.values())


# -- what counts --


@pytest.mark.parametrize(
    ("error", "where", "noticed"),
    [
        (AssertionError(), "tests/test_x.py", True),
        (AssertionError(), "model/engines/infinite/graph.py", False),
        (ReplayError("no run"), "model/core/run.py", True),
        (pytest.fail.Exception("DID NOT RAISE"), "tests/test_x.py", True),
        (KeyError("n"), "tests/test_x.py", False),
        (MemoryError(), "model/engines/explicit/store.py", False),
    ],
)
def test_an_answer_that_is_wrong_counts_and_a_crash_does_not(error: Exception, where: str, noticed: bool) -> None:
    assert is_answer(error, Path("/copy") / where) == noticed


def told(*what: tuple[str, float]) -> list[dict[str, Any]]:
    """Tests that begin (with the moment), and what became of them."""
    return [{"test": f"t{at}", "how": how, "why": how, "at": at} for how, at in what]


@pytest.mark.parametrize(
    ("listed", "end"),
    [
        (told(("begins", 0), ("begins", 1), ("over", 2)), SURVIVED),
        (told(("begins", 0), (CRASHED, 1), ("begins", 2), (NOTICED, 3), ("over", 4)), NOTICED),
        (told(("begins", 0), (CRASHED, 1), ("begins", 2), ("over", 3)), CRASHED),
        (told(("begins", 0), ("begins", 1), ("over", 19)), SURVIVED),
        (told(("begins", 0), ("begins", 1), ("over", 50)), TIMED_OUT),
        (told(("begins", 0), (CRASHED, 1), (TIMED_OUT, 2), ("over", 3)), TIMED_OUT),
        (told(("over", 3)), CRASHED),
    ],
)
def test_what_becomes_of_a_mutant(listed: list[dict[str, Any]], end: str) -> None:
    assert became(listed, {"t0": 0.1, "t1": 0.1, "t2": 0.1})[0] == end


def test_functions_are_found_with_their_lines() -> None:
    assert functions(SOURCE) == [("Queue.full", 8, 12)]


def test_the_table_counts_by_engine() -> None:
    made = table([Fate("a", "cone", "off by one", NOTICED), Fate("b", "cone", "off by one", SURVIVED)])
    assert [list(column.cells) for column in made.columns][:3] == [["cone", "all"], ["2", "2"], ["1", "1"]]


@pytest.mark.long
def test_a_mutant_is_noticed_by_its_engines_tests_and_only_with_the_change() -> None:
    (one,) = (m for m in mutants()["cone"] if m.name.endswith("var.name in found => (var.name not in found)"))
    with Asking(load()) as asking:
        found = asking.fate(one)
        assert (found.end, found.engine, found.by.split("::")[0]) == (NOTICED, "cone", "tests/test_cone.py")
        assert found.why.startswith("AssertionError")
        assert asking.passing([found.by]) == {found.by}


def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == SAMPLE
    assert main(["--list", "--only", "cone.py"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(mutants()["cone"])
    assert len(selected("cone.py", 3)) == 3
    for wrong in (["--only", "no-such-file.py"], ["--only", "cone.py", "--json", "/no/such/folder/x.json"]):
        assert main(wrong) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(SystemExit) as status:
        main(["--sample", "many"])
    assert status.value.code == 2
