"""Certificates: other solvers agree, a second run agrees, and whatever was changed is named."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import z3

from model.certify import Checking
from model.certify import main as certify
from model.export.smtlib import Scripts
from model.recheck import Answered, Damaged, Replays, ask, read
from model.solvers import SOLVERS
from tests import certified
from tests.certified import forged
from tests.test_files import mode
from tests.toys import RandomTerms


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a few events' obligations."""
    return certified.prove(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates of small searches."""
    return certified.search(tmp_path_factory.mktemp("searches"))


def test_certificates_are_for_their_owner(proof: Path, search: Path) -> None:
    for folder in (proof, search):
        found = list(folder.rglob("*"))
        assert {mode(path) for path in found if path.is_dir()} == {0o700}
        assert {mode(path) for path in found if path.is_file()} == {0o600}
    assert mode(search) == 0o700


def copied(folder: Path, to: Path) -> Path:
    """A copy that a test may spoil."""
    for path in folder.rglob("*"):
        if path.is_file():
            target = to / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return to


@pytest.mark.parametrize("solver", SOLVERS)
def test_other_solvers_agree_on_what_is_proved_and_on_what_fails(
    solver: str, proof: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert certify([str(proof), "--solver", solver, "--jobs", "1"]) == 0
    assert f"1 of 1 certificates agree by {solver}" in capsys.readouterr().out
    (path,) = proof.glob("half-open/*.json")
    manifest = json.loads(path.read_text())
    answers = [one["expected"] for one in manifest["obligations"]]
    assert answers.count("sat") == 2  # The obligation as a whole, and its one lemma that fails.
    failing = [one for one in manifest["obligations"] if one["expected"] == "sat"]
    assert [one["lemmas"] for one in failing][-1] == ["counts-only-if-heard"]
    assert {one["event"] for one in failing} == {"LISTEN, SYN arrives"}
    assert (manifest["width"], manifest["verdict"]) == (5, "fails")
    assert len(manifest["assumptions"]) == 4


def test_an_answer_that_was_forged_is_found_out(
    proof: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(proof, tmp_path)

    def say_it_holds(manifest: dict[str, Any]) -> None:
        (one,) = (o for o in manifest["obligations"] if o["expected"] == "sat" and len(o["lemmas"]) == 1)
        one["expected"] = "unsat"

    forged(folder, say_it_holds)
    assert certify([str(folder), "--jobs", "1"]) == 1
    assert ".smt2: sat, expected unsat (bitwuzla)" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["script", "manifest", "missing", "no JSON", "other JSON"])
def test_a_file_that_was_changed_or_is_missing_is_named(
    what: str, proof: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(proof, tmp_path)
    script, manifest = sorted(folder.rglob("*.smt2"))[0], next(folder.rglob("*.json"))
    if what == "script":
        script.write_text(script.read_text().replace("bvule", "bvuge", 1))
    elif what == "missing":
        script.unlink()
    else:
        text = manifest.read_text()
        manifest.write_text({"manifest": text.replace('"unsat"', '"sat"', 1), "no JSON": text[:-9]}.get(what, "[1]"))
    assert certify([str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"model.certify: {script if what in ('script', 'missing') else manifest}: ")
    assert error.count("\n") == 1


def test_nothing_to_check_is_unusable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert certify([str(tmp_path)]) == 2
    assert "there is no certificate; python -m model.check --certify writes them" in capsys.readouterr().err


def test_without_a_solver_it_says_what_to_install(
    proof: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("model.certify.installed", lambda: [])
    assert certify([str(proof)]) == 2
    assert "bitwuzla or cvc5 is not installed: pip install" in capsys.readouterr().err


def test_a_question_without_an_answer_is_inconclusive(proof: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert certify([str(proof), "--solver", "cvc5", "--jobs", "1", "--max-seconds", "0.0001"]) == 3
    assert ".smt2: no answer" in capsys.readouterr().out


@pytest.mark.long
def test_a_second_run_gives_the_same_figures_and_runs(search: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert certify([str(search)]) == 0
    said = capsys.readouterr().out
    assert "2 of 2 certificates agree" in said
    assert said.count(" states searched again, ") == said.count(" replayed ") == 2


@pytest.mark.long
def test_forged_figures_are_found_out(search: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(search, tmp_path)
    forged(folder, lambda m: m["figures"].update(digest="0" * 32, states=1) or m.update(verdict="holds"))
    assert certify([str(folder)]) == 1
    said = capsys.readouterr().out
    assert "half-open (handshake=two-way): states is " in said
    assert ", was 1; digest is " in said
    assert "verdict is violated, was holds" in said
    assert "1 of 2 certificates agree" in said


@pytest.mark.parametrize(
    ("claim", "change", "says"),
    [
        ("half-open", lambda m: m["runs"][0]["steps"].pop(), "does not decide property 'half-open'"),
        ("half-open", lambda m: m["runs"][0]["steps"].pop(0), "is not what the rule does"),
        ("half-open", lambda m: m["runs"][0]["initial"].update({"A.state": 4}), "does not start in an initial state"),
        ("half-open", lambda m: m["runs"][0]["steps"][0].update(rule="magic"), "magic"),
        ("open-completes", lambda m: m["runs"][0]["steps"][-1]["state"].update({"A.iss": 9}), "is not what the rule"),
    ],
)
def test_a_forged_run_is_found_out(
    claim: str, change: Callable[[dict[str, Any]], None], says: str, search: Path
) -> None:
    (path,) = (search / claim).glob("*.json")
    manifest = json.loads(path.read_text())
    assert not [*Replays(manifest).wrong()]
    change(manifest)
    (wrong,) = Replays(manifest).wrong()
    assert says in wrong


OTHER = {"claim": "agreement", "variant": "", "expected": ""}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.update(colour="red"), "it has the unknown field colour"),
        (lambda m: m.pop("runs"), "it lacks the required field runs"),
        (lambda m: m.update(kind="guess"), "kind: "),
        (lambda m: m.update(format=2), "it is not of format 1"),
        (lambda m: m.update(format=True), "it is not of format|format: expected int, got bool"),
        (lambda m: m.update(claim="\x1b[31m"), "claim '\x1b.31m' is not known to this version"),
        (lambda m: m["together"].clear() or m["together"].append(OTHER), "together: the claim itself is missing"),
        (lambda m: m["together"][0].update(claim="x"), "claim 'x' is not known"),
        (lambda m: m["figures"].update(states=-1), "figures.states: expected int >= 0"),
        (lambda m: m["figures"].update(colour=1), "figures: it has the unknown field colour"),
        (lambda m: m["runs"][0]["steps"][0]["state"].update(x=1.5), r"runs\[0\].steps\[0\].state\[...\]: expected"),
        (lambda m: m["runs"][0].update(initial=[]), r"runs\[0\].initial: expected object, got array"),
        (lambda m: m["config"].update(window="2"), "config: window: expected int, got str"),
        (lambda m: m["config"].update(window=True), "config: window: expected int, got bool"),
        (lambda m: m["config"].update(window=-1), "config: window=-1: must be at least 0"),
        (lambda m: m["config"].update(windw=1), "config: unknown field 'windw'"),
        (lambda m: m["config"].update(handshake="x"), "config: handshake: 'x' is none of three-way, two-way"),
        (lambda m: m.update(config={"connections": [{"x": 1}]}), "config: unknown field 'x'"),
        (lambda m: m.update(config={"connections": 3}), "config: connections: expected array, got int"),
    ],
)
def test_a_manifest_of_another_form_is_one_line(
    change: Callable[[dict[str, Any]], object], says: str, search: Path, tmp_path: Path
) -> None:
    path = forged(copied(search, tmp_path), change)
    with pytest.raises(Damaged, match=f"^{path}: is not a certificate: (?:{says})"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda o: o.update(file="../../passwd"), r"obligations\[0\].file: expected str matching"),
        (lambda o: o.update(file="/etc/passwd"), r"obligations\[0\].file: expected str matching"),
        (lambda o: o.update(sha256=1), r"obligations\[0\].sha256: expected str, got int"),
        (lambda o: o.update(expected="unknown"), r"obligations\[0\].expected: 'unknown' is none of sat, unsat"),
        (lambda o: o.update(lemmas=[1]), r"obligations\[0\].lemmas\[0\]: expected str"),
    ],
)
def test_an_obligation_of_another_form_is_one_line(
    change: Callable[[dict[str, Any]], object], says: str, proof: Path, tmp_path: Path
) -> None:
    forged(copied(proof, tmp_path), lambda manifest: change(manifest["obligations"][0]))
    with pytest.raises(Damaged, match=says):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [("[" * 100_000, "nested too deeply"), ("9" * 5000, "5,000 digits"), ('{"a": NaN}', "NaN"), ("", "not JSON")],
)
def test_a_manifest_that_is_no_json_is_one_line(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(Damaged, match=f"x.json: is not a certificate: .*{says}"):
        read(tmp_path)


def test_a_script_that_is_nonsense_is_unknown_and_nobody_is_warned(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.smt2"
    for text in (";\n(assert(", "(", "(check-sat)", "\x1b[31m", "(set-logic X)", "(assert 1)(check-sat)"):
        path.write_text(text)
        ask(path, [*SOLVERS], 1.0)
    assert capfd.readouterr() == ("", "")


# -- the scripts themselves --


def test_a_script_means_what_the_formula_means() -> None:
    """For 60 random formulas Z3 reads its own terms, and the solvers read the script: the answers are the same."""
    scripts, answers = Scripts(), []
    for seed in range(60):
        terms = RandomTerms(seed, [z3.BitVec("x", 5), z3.BitVec("odd name!", 5)])
        formulas = [terms.truth(3), terms.truth(2), z3.And(terms.truth(1)), z3.Distinct(terms.leaves)]
        solver = z3.Solver()
        solver.add(*formulas)
        answers.append(str(solver.check()))
        script = scripts.script(formulas, ["random"])
        assert {name: ask(script, 10) for name, ask in SOLVERS.items()} == dict.fromkeys(SOLVERS, answers[-1])
    assert set(answers) == {"sat", "unsat"}


def test_reals_are_written_too() -> None:
    x, y = z3.Reals("x y")
    bits = z3.BitVec("b", 4)
    script = Scripts().script([2 * x + 2 * y < z3.Q(-1, 3), x > 0, y >= -x, bits == 3])
    assert "(set-logic ALL)" in script
    assert SOLVERS["cvc5"](script, 10) == "unsat"
    assert SOLVERS["bitwuzla"](script, 10) == "unknown"


def test_what_was_not_checked_does_not_agree(search: Path) -> None:
    table = Checking(read(search), [], 1.0).table
    assert table.count("not checked") == 2
    assert "0 of 2 certificates agree" in table
    assert " agrees" not in table


def asleep(path: Path, *_: object) -> Answered:
    """A solver that does not look at the clock."""
    time.sleep(60)
    return Answered(path, "unsat", "asleep")


def test_a_solver_that_does_not_keep_its_time_is_ended(proof: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.certify.ask", asleep)
    monkeypatch.setattr("model.certify.SLACK", 0.1)
    (certificate,) = read(proof)
    manifest = {**certificate.manifest, "obligations": certificate.manifest["obligations"][:1]}
    checking = Checking([replace(certificate, manifest=manifest)], ["cvc5"], 0.1)
    checking.run(1)
    assert [outcome.verdict for outcome in checking.outcomes] == ["not answered"]
