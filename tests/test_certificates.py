"""Certificates: other solvers agree, a second run agrees, and whatever was changed is named."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import z3
from hypothesis import given
from msgspec import structs

from model.certificates.manifests import Certificate, Damaged, ProofManifest, read
from model.certificates.solvers import SOLVERS, ask, harmless
from model.certify import Checking, Recheck, SolverAnswers
from model.certify import main as certify
from model.export.smtlib import Scripts
from model.machine.crew import Crew
from model.questions.theorems import proof_of
from model.rechecks.derived import differences
from model.rechecks.searched import Replays
from model.rechecks.tasks import task_of, together
from tests import certified
from tests.certified import BROKEN, copied, forged
from tests.inline import Inline, certified_here
from tests.strategies import exact, truths
from tests.test_files import mode


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a proof under two-way, of which one lemma fails at LISTEN."""
    return certified.prove(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def lie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the same proof that says that nothing fails."""
    return certified.prove(tmp_path_factory.mktemp("lie"), asked=())


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


@pytest.mark.long
@pytest.mark.parametrize("solver", SOLVERS)
def test_other_solvers_agree_on_what_is_proved_and_on_what_fails(
    solver: str, proof: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert certify([str(proof), "--solver", solver]) == 0
    assert f"1 of 1 certificates agree by {solver}" in capsys.readouterr().out
    (certificate,) = read(proof)
    form = certificate.form
    assert isinstance(form, ProofManifest)
    failing = [one for one in form.obligations if one.expected == "sat"]
    assert len(failing) == 2  # The obligation as a whole, and its one lemma that fails.
    assert failing[-1].lemmas == ["counts-only-if-heard"]
    assert {one.event for one in failing} == {"LISTEN, SYN arrives"}
    assert (form.width, form.verdict) == (5, "fails")
    assert len(form.assumptions) == 4


@pytest.mark.long
@pytest.mark.parametrize("number", [0, 3], ids=["proved", "fails"])
def test_a_claimed_proof_in_real_time_agrees(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = certified.claimed("last-ack-answered", number)
    events = {step.name for layer in proof_of(task) for step in layer.soup.steps}
    folder = certified.prove(tmp_path, task, asked=tuple(events))
    assert certify([str(folder)]) == 0
    assert "1 of 1 certificates agree" in capsys.readouterr().out


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_lie_is_found_out_by_the_solvers_alone(solver: str, lie: Path) -> None:
    """All obligations are there, and one of them fails."""
    (certificate,) = read(lie)
    assert differences(certificate, task_of(certificate)) == [[]]
    outcome = asked(only(certificate, BROKEN.removeprefix("A: ")), solver)
    assert outcome.verdict == "DIFFERS"
    (problem,) = outcome.problems
    assert problem.endswith(f".smt2: sat, expected unsat ({solver})")


def only(certificate: Certificate, event: str) -> Certificate:
    """The obligations of one event."""
    form = certificate.form
    assert isinstance(form, ProofManifest)
    some = [one for one in form.obligations if one.event == event]
    return replace(certificate, form=structs.replace(form, obligations=some))


def asked(certificate: Certificate, solver: str, seconds: float = 60.0) -> Recheck:
    """What solvers make of a certificate."""
    outcome = Recheck(certificate)
    with Crew(1, prepare=harmless) as crew:
        SolverAnswers(crew, [outcome], [solver], seconds).run(2, lambda _: None)
    return outcome


def test_what_a_proof_has_to_show_is_derived_alike_in_every_process(proof: Path) -> None:
    """Also where other terms were built before, in another order."""
    (certificate,) = read(proof)
    rubbish = [z3.BitVec(f"A.{name}", 5) for name in ("snd_nxt", "iss", "irs", "snd_una")]
    kept = z3.And(*(a + b == b + a for a in rubbish for b in rubbish))
    with Crew(1) as crew:
        assert crew.submit(differences, certificate, task_of(certificate)).result(120) == [[]]
    assert differences(certificate, task_of(certificate)) == [[]]
    assert kept is not None


@pytest.mark.parametrize("what", ["script", "manifest", "missing", "no JSON", "other JSON"])
def test_a_file_that_was_changed_or_is_missing_is_named(
    what: str, proof: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(proof, tmp_path)
    script, manifest = sorted(folder.rglob("*.smt2"))[0], next(folder.rglob("*.json"))
    if what == "script":
        text = script.read_text()
        script.unlink()
        script.write_text(text.replace("bvule", "bvuge", 1))
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
    monkeypatch.setattr("model.certify.Crew", Inline)
    monkeypatch.setattr("model.certify.ask", lambda *_: ("unknown", ""))
    assert certify([str(proof)]) == 3
    assert ".smt2: no answer" in capsys.readouterr().out


def test_a_solver_without_time_does_not_answer(proof: Path) -> None:
    (certificate,) = read(proof)
    assert asked(only(certificate, "LISTEN, SYN arrives"), "cvc5", 0.0001).verdict == "not answered"


@pytest.mark.long
def test_a_second_run_gives_the_same_figures_and_runs(search: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert certify([str(search)]) == 0
    said = capsys.readouterr().out
    assert "2 of 2 certificates agree" in said
    assert said.count(" states searched again, ") == said.count(" replayed ") == 2


@pytest.mark.long
def test_forged_figures_are_found_out(search: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(search, tmp_path)
    forged(folder, lambda m: m["figures"].update(digest="0" * 32, states=1) or m.update(verdict="holds"), "half-open")
    assert certify([str(folder)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "verdict is violated, was holds" in said
    assert "states is 9404, was 1" in said
    assert f"was {'0' * 32}" in said
    assert "1 of 2 certificates agree" in said


RUNS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("half-open", lambda run: run["steps"].pop(), "does not decide property 'half-open'"),
    ("half-open", lambda run: run["steps"].pop(0), "is not what the rule does"),
    ("half-open", lambda run: run["initial"].update({"A.state": 4}), "does not start in an initial state"),
    ("half-open", lambda run: run["steps"][0].update(rule="magic"), "magic"),
    ("half-open", lambda run: run["steps"][0]["inputs"].update({"A.state": 4}), "what the rule does not offer"),
    ("half-open", lambda run: run.update(loop=[]), "it has a loop"),
    ("half-open", lambda run: run.update(property="x"), "x"),
    ("open-completes", lambda run: run["steps"][-1]["state"].update({"A.iss": 9}), "is not what the rule"),
    ("open-completes", lambda run: run.pop("loop"), "it has no loop"),
    ("open-completes", lambda run: run["steps"].clear(), "the lasso does not violate|the loop is not"),
]


@pytest.mark.parametrize(("claim", "change", "says"), RUNS)
def test_a_forged_run_is_found_out(
    claim: str, change: Callable[[dict[str, Any]], object], says: str, search: Path, tmp_path: Path
) -> None:
    folder = copied(search, tmp_path)
    certificate = certificate_of(folder, claim)
    replays = Replays(task_of(certificate), together(certificate))
    assert not [*replays.wrong(certificate_of(folder, claim).form.runs)]
    forged(folder, lambda manifest: change(manifest["runs"][0]), claim)
    (wrong,) = replays.wrong(certificate_of(folder, claim).form.runs)
    assert re.search(says, wrong)


def test_an_input_that_is_not_offered_is_no_step(search: Path) -> None:
    """Some rules choose which segment arrives: there is no third one in a channel of two."""
    certificate = certificate_of(search, "half-open")
    steps = [step for step in certificate.form.runs[0].steps if "slot" in step.inputs]
    steps[0].inputs["slot"] += 1 << 40
    (wrong,) = Replays(task_of(certificate), together(certificate)).wrong(certificate.form.runs)
    assert "chooses what the rule does not offer" in wrong


def certificate_of(folder: Path, claim: str) -> Any:
    """The certificate of a claim's search."""
    (certificate,) = read(folder / claim)
    return certificate


EMPTIED: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda m: m["runs"].clear(), "its runs are none, should be 'half-open' (4)"),
    (
        lambda m: m["runs"].append(m["runs"][0]),
        "its runs are 'half-open' (4), 'open towards a dead peer' (4), 'half-open' (4), ",
    ),
    (
        lambda m: m["runs"].pop(),
        "its runs are 'half-open' (4), should be 'half-open' (4), 'open towards a dead peer' (4)",
    ),
    (lambda m: m.update(verdict="holds", runs=[]), "verdict is violated, was holds"),
    (lambda m: m["figures"].update(complete=False, limit="max-states"), "complete is "),
]


def differing(change: Callable[[dict[str, Any]], object], search: Path, folder: Path) -> str:
    """What is said of the certificate of a search that was changed, which differs."""
    copied(search / "half-open", folder / "half-open")
    forged(folder, change)
    said = certified_here(folder)
    assert said.status == 1
    return said.out


@pytest.mark.long
@pytest.mark.parametrize(("change", "says"), EMPTIED)
def test_a_search_without_its_evidence_differs(
    change: Callable[[dict[str, Any]], object],
    says: str,
    search: Path,
    tmp_path: Path,
) -> None:
    assert says in differing(change, search, tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.update(sentence="TCP is safe."), "its sentence is not that of half-open"),
        (lambda m: m["config"].update(handshake="three-way"), "its configuration is not that of half-open"),
        (lambda m: m.update(expected="holds") or m["together"][0].update(expected="holds"), "it expects 'holds' of"),
        (lambda m: m.update(variant="default") or m["together"][0].update(variant="default"), "its configuration is"),
        (
            lambda m: m.update(variant="three-way") or m["together"][0].update(variant="three-way"),
            "its configuration is not that of half-open (three-way)",
        ),
    ],
)
def test_a_search_of_something_else_differs(
    change: Callable[[dict[str, Any]], object],
    says: str,
    search: Path,
    tmp_path: Path,
) -> None:
    """That needs no second run."""
    assert says in differing(change, search, tmp_path)


def looked_up(folder: Path) -> None:
    """Read certificates of searches, and find their tasks."""
    for one in read(folder):
        task_of(one)
        together(one)


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
        (lambda m: m["together"].clear(), "together: expected array of length >= 1"),
        (lambda m: m["together"].append(m["together"][0]), "together: one verdict is there twice"),
        (lambda m: m["together"].append({**OTHER, "claim": "figure-6"}), "together: claim 'figure-6' has no search"),
        (lambda m: m["together"].clear() or m["together"].append(OTHER), "together: the claim itself is missing"),
        (lambda m: m["together"].append({**OTHER, "claim": "x"}), "together: claim 'x' is not known"),
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
    path = forged(copied(search, tmp_path), change, "half-open")
    with pytest.raises(Damaged, match=f"^{path}: is not a certificate: (?:{says})"):
        looked_up(tmp_path)


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


def test_a_script_that_is_nonsense_is_unknown_and_nobody_is_warned(capfd: pytest.CaptureFixture[str]) -> None:
    for text in (";\n(assert(", "(", "(check-sat)", "\x1b[31m", "(set-logic X)", "(assert 1)(check-sat)"):
        ask(text, [*SOLVERS], 1.0)
    assert capfd.readouterr() == ("", "")


# -- the scripts themselves --


def test_a_script_means_what_the_formula_means() -> None:
    """Of random formulas Z3 reads its own terms, and the solvers read the script: the answers are the same."""
    scripts, answers = Scripts(), list[str]()
    leaves = (z3.BitVec("x", 5), z3.BitVec("odd name!", 5))

    @exact(60)
    @given(*(truths(leaves, depth) for depth in (3, 2, 1)))
    def read_alike(one: z3.BoolRef, two: z3.BoolRef, three: z3.BoolRef) -> None:
        formulas = [one, two, z3.And(three), z3.Distinct(*leaves)]
        solver = z3.Solver()
        solver.add(*formulas)
        answers.append(str(solver.check()))
        script = scripts.script(formulas, ["random"])
        assert {name: ask(script, 10) for name, ask in SOLVERS.items()} == dict.fromkeys(SOLVERS, answers[-1])

    read_alike()
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


def asleep(*_: object) -> tuple[str, str]:
    """A solver that does not look at the clock."""
    time.sleep(60)
    return "unsat", "asleep"


def loaded() -> None:
    """A process that has this module."""
    harmless()


def test_a_solver_that_does_not_keep_its_time_is_ended(proof: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.certify.ask", asleep)
    monkeypatch.setattr("model.certify.SLACK", 0.1)
    (certificate,) = read(proof)
    outcome = Recheck(only(certificate, "initial state"))
    with Crew(1, prepare=loaded) as crew:
        SolverAnswers(crew, [outcome], ["cvc5"], 0.1).run(2, lambda _: None)
    assert outcome.verdict == "not answered"
