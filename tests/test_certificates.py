"""Certificates: other solvers agree, a second run agrees, and whatever was changed is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import z3

from model.certificates import Certificates, seal
from model.certify import main as certify
from model.check import main as check
from model.engines.ask import Asker
from model.engines.discharge import Prover
from model.engines.verdict import Effort
from model.export.smtlib import Scripts
from model.network.soup import UnboundedNetwork
from model.proof import layers
from model.recheck import Replays
from model.row import Row, Task
from model.solvers import SOLVERS
from properties.claims import find
from properties.configs import EVERY_CHANNEL
from tests.toys import RandomTerms

TWO_WAY = EVERY_CHANNEL.but(handshake="two-way", seq_bits=5, window=4, octets=2)
SOME_EVENTS = ("A: LISTEN, SYN arrives", "A: SEND in ESTABLISHED", "A: ABORT in SYN-RECEIVED")


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a few events' obligations under two-way: one lemma fails at LISTEN."""
    network, claim = UnboundedNetwork(TWO_WAY), find("half-open")
    assert claim is not None
    prover, folder = Prover(Asker()), tmp_path_factory.mktemp("certificates")
    steps = [step for step in network.soup.steps if step.name in SOME_EVENTS]
    whole = layers("half-open", network)[-1]
    found = [prover.discharge(network.soup, one, step) for step in steps for one in whole.of_step(step)]
    assert {one.answer for one in found} == {"proved", "fails"}
    row = Row(
        Task(claim, "some events", TWO_WAY, "fails", "unbounded"),
        "half-open",
        "unbounded",
        "unknown",
        Effort(0, 0, 0, True),
    )
    Certificates(folder).proof(row, network, found)
    return folder


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates of small searches: finite runs, and an infinite one."""
    folder = tmp_path_factory.mktemp("searches")
    for settings in (["half-open", "--set", "handshake=two-way"], ["open-completes", "--set", "retransmission=false"]):
        assert check(["--property", *settings, "--certify", "--out", str(folder)]) == 1
    return folder / "certificates"


def copied(folder: Path, to: Path) -> Path:
    """A copy that a test may spoil."""
    for path in folder.rglob("*"):
        if path.is_file():
            target = to / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return to


def forged(folder: Path, change: Callable[[dict[str, Any]], None], claim: str = "half-open") -> None:
    """Change a manifest, and seal it anew."""
    (path,) = (folder / claim).glob("*.json")
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps({**manifest, "seal": seal(manifest)}))


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


def test_a_question_without_an_answer_is_inconclusive(
    proof: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SOLVERS, "cvc5", lambda *_: "unknown")
    assert certify([str(proof), "--solver", "cvc5", "--jobs", "1"]) == 3
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


def test_what_ctrl_c_kept_from_being_checked_does_not_agree(
    search: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("model.certify._judge", interrupted)
    assert certify([str(search)]) == 130
    out = capsys.readouterr().out
    assert out.count("not checked") == 2
    assert "0 of 2 certificates agree" in out
    assert " agrees" not in out
