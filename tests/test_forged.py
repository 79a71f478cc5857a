"""Certificates that were forged or damaged: none agrees, and no solver is asked about one.

Whoever forges knows the format: manifests are sealed anew, and scripts have their hashes as names.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from properties.claims import find
from tests import certified
from tests.certified import copied, forged, rewritten
from tests.inline import certified_here

CLAIM = "last-ack-answered"
Manifest = dict[str, Any]
Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a claim's proof."""
    return certified.prove(tmp_path_factory.mktemp("whole"), certified.claimed(CLAIM), asked=())


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of another proof of the same claim, under a stronger assumption."""
    return certified.prove(tmp_path_factory.mktemp("other"), certified.claimed(CLAIM, 2), asked=())


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a proof under settings, which fails."""
    return certified.prove(tmp_path_factory.mktemp("varied"))


def on_manifest(change: Callable[[Manifest], object]) -> Damage:
    """Change the manifest."""
    return lambda folder: forged(folder, change)


def on_script(old: str, new: str, at: int = 5) -> Callable[[Path], Path]:
    """Replace a part of a script wherever it is."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return lambda folder: rewritten(folder, change, at)


def swap(manifest: Manifest) -> None:
    """Exchange two obligations."""
    listed = manifest["obligations"]
    listed[3], listed[4] = listed[4], listed[3]


def one_script_twice(manifest: Manifest) -> None:
    """Have one obligation answered by the script of another."""
    listed = manifest["obligations"]
    for name in ("file", "sha256"):
        listed[7][name] = listed[8][name]


def rename(claim: str) -> Callable[[Manifest], object]:
    """Say that it is a certificate of another claim, in that claim's words."""
    named = find(claim)
    assert named is not None
    return lambda manifest: manifest.update(claim=claim, sentence=named.sentence)


TRIVIAL = "(set-logic QF_LRA)\n(assert false)\n(check-sat)\n"
DIFFERING: dict[str, tuple[Damage, str]] = {
    "the first obligation is missing": (on_manifest(lambda m: m["obligations"].pop(0)), "obligation 1 should be"),
    "one in the middle is missing": (on_manifest(lambda m: m["obligations"].pop(100)), "obligation 101 should be"),
    "the goal is missing": (on_manifest(lambda m: m["obligations"].pop()), "and all that follow are missing"),
    "all but one are missing": (on_manifest(lambda m: m["obligations"].__delitem__(slice(1, None))), "obligation 2 ("),
    "one is there twice": (on_manifest(lambda m: m["obligations"].insert(3, m["obligations"][3])), "obligation 5 "),
    "the last is there twice": (
        on_manifest(lambda m: m["obligations"].append(m["obligations"][-1])),
        "there are 1 more",
    ),
    "two are swapped": (on_manifest(swap), "obligation 4 should be"),
    "one stands for another": (on_manifest(one_script_twice), "its script is another"),
    "(assert false) is added": (on_script("(check-sat)", "(assert false)\n(check-sat)"), "its script is another"),
    "an assertion is added": (on_script("(check-sat)", "(assert m.A.rst)\n(check-sat)"), "its script is another"),
    "a script is trivially unsat": (lambda folder: rewritten(folder, lambda _: TRIVIAL, 5), "its script is another"),
    "an operator is another": (on_script("(<= ", "(< "), "its script is another"),
    "a symbol has another name": (on_script("A.state", "B.state_"), "its script is another"),
    "a definition is added": (
        lambda f: rewritten(f, lambda text: text.replace("(assert ", "(define-fun ?999 () Bool true)\n(assert ", 1), 5),
        "its script is another",
    ),
    "a comment is another": (on_script("; expected: unsat", "; expected: sat"), "its script is another"),
    "a comment is added": (on_script("(set-logic", "; (assert false)\n(set-logic"), "its script is another"),
    "the logic is another": (on_script("(set-logic ALL)", "(set-logic QF_BV)"), "its script is another"),
    "an event has another name": (on_manifest(lambda m: m["obligations"][9].update(event="x")), "its event is another"),
    "a lemma has another name": (on_manifest(lambda m: m["obligations"][9].update(lemmas=["x"])), "its lemmas is"),
    "a lemma is left out": (on_manifest(lambda m: m["obligations"][9]["lemmas"].pop()), "its lemmas is another"),
    "a kind is another": (on_manifest(lambda m: m["obligations"][9].update(kind="goal")), "its kind is another"),
    "a paragraph is another": (on_manifest(lambda m: m["obligations"][9].update(cite="1.1")), "its cite is another"),
    "it is about other segments": (
        on_manifest(lambda m: m["obligations"][9].update(about="x")),
        "its about is another",
    ),
    "an answer is another": (
        on_manifest(lambda m: m["obligations"][5].update(expected="sat")),
        "its script is another",
    ),
    "the verdict is another": (on_manifest(lambda m: m.update(verdict="fails")), "what it expects makes 'proved'"),
    "an assumption is left out": (on_manifest(lambda m: m["assumptions"].pop()), "its assumptions are not"),
    "an assumption sounds weaker": (on_manifest(lambda m: m["assumptions"].__setitem__(0, "none")), "its assumptions"),
    "the width is another": (on_manifest(lambda m: m.update(width=64)), "its width is 64, not 32"),
    "the sentence is another": (
        on_manifest(lambda m: m.update(sentence="TCP is safe.")),
        "its sentence is not that of",
    ),
    "the expectation is another": (on_manifest(lambda m: m.update(expected="fails")), "it expects 'fails' of"),
    "nothing is expected": (on_manifest(lambda m: m.update(expected="")), "it expects '' of"),
    "the configuration is another": (
        on_manifest(lambda m: m["config"].update(rfc1337=True)),
        "rfc1337=True, not False",
    ),
    "the configuration is a server's": (
        on_manifest(lambda m: m.update(config={"connections": [{}]})),
        "one is of a server, the other is not",
    ),
}
"""What has the form of a certificate, and is not what claim and configuration make, with what is said of it."""


@pytest.mark.parametrize("kind", DIFFERING)
def test_a_forged_proof_differs(kind: str, whole: Path, tmp_path: Path) -> None:
    damage, says = DIFFERING[kind]
    folder = copied(whole, tmp_path)
    damage(folder)
    remove_unlisted(folder)
    said = certified_here(folder)
    assert said.status == 1
    assert says in said.out
    assert "0 of 1 certificates agree" in said.out


def remove_unlisted(folder: Path) -> None:
    """Remove the scripts that a forger has no more use for."""
    listed = {path.parent / one["file"] for path in folder.rglob("*.json") for one in obligations(path)}
    for path in folder.rglob("*.smt2"):
        if path not in listed:
            path.unlink()


def obligations(path: Path) -> list[Manifest]:
    """The obligations in a manifest."""
    found: list[Manifest] = json.loads(path.read_text())["obligations"]
    return found


def test_the_proof_of_another_assumption_differs(whole: Path, other: Path, tmp_path: Path) -> None:
    """What follows from D shorter than it is, under the name of what does not assume so."""
    folder = copied(other, tmp_path)
    (path,) = whole.rglob("*.json")
    mine = json.loads(path.read_text())
    names = ("variant", "config", "expected", "assumptions", "verdict", "width")
    forged(folder, lambda manifest: manifest.update({name: mine[name] for name in names}))
    said = certified_here(folder)
    assert said.status == 1
    assert "its script is another" in said.out


VARIED: dict[str, tuple[Callable[[Manifest], object], str]] = {
    "another claim": (rename("ghost-after-close"), "its lemmas is another|its script is another"),
    "another claim with other lemmas": (rename("agreement"), "obligation .* should be"),
    "a claimed variant": (lambda m: m.update(variant="every channel: two-way", expected="fails"), "seq_bits=5, not 32"),
    "other settings": (lambda m: m.update(variant=m["variant"].replace("two-way", "three-way")), "handshake=two-way"),
    "no settings": (lambda m: m.update(variant="default"), "its configuration is not that of half-open"),
    "other settings, and their configuration": (
        lambda m: m.update(variant=m["variant"].replace("two", "three")) or m["config"].update(handshake="three-way"),
        "its script is another",
    ),
    "wider numbers, and their configuration": (
        lambda m: m.update(variant=m["variant"].replace("=5", "=6"), width=6) or m["config"].update(seq_bits=6),
        "its script is another",
    ),
    "a mutant": (
        lambda m: (
            m.update(variant=f"{m['variant']} mutant=ABORT in SYN-RECEIVED: sends nothing")
            or m["config"].update(mutant="ABORT in SYN-RECEIVED: sends nothing")
        ),
        "its script is another|should be",
    ),
    "an answer is forged": (
        lambda m: [one.update(expected="unsat") for one in m["obligations"]],
        "its script is another",
    ),
    "the parts of what fails are missing": (
        lambda m: m.update(
            obligations=[o for o in m["obligations"] if o["expected"] == "unsat" or len(o["lemmas"]) > 1]
        ),
        "should be 'A: LISTEN, SYN arrives: state'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", VARIED)
def test_a_forged_proof_under_settings_differs(kind: str, varied: Path, tmp_path: Path) -> None:
    change, says = VARIED[kind]
    folder = copied(varied, tmp_path)
    forged(folder, change)
    remove_unlisted(folder)
    said = certified_here(folder)
    assert said.status == 1
    assert re.search(says, said.out)


VICTIM = "victim"
UNREADABLE: dict[str, tuple[str, str]] = {
    "writes its answers": ("(check-sat)", f'(set-option :regular-output-channel "{VICTIM}")\n(check-sat)'),
    "writes its errors": ("(set-logic", f'(set-option :diagnostic-output-channel "{VICTIM}")\n(set-logic'),
    "sets an option": ("(set-logic", "(set-option :produce-models true)\n(set-logic"),
    "says something about itself": ("(check-sat)", "(set-info :status unsat)\n(check-sat)"),
    "includes a file": ("(check-sat)", '(include "/etc/passwd")\n(check-sat)'),
    "asks twice": ("(check-sat)", "(check-sat)\n(check-sat)"),
    "asks something else": ("(check-sat)", "(check-sat-assuming (false))"),
    "does not ask": ("(check-sat)\n", ""),
    "asserts nothing": ("(assert ", "; (assert "),
    "pushes": ("(check-sat)", "(push 1)\n(assert false)\n(check-sat)\n(pop 1)"),
    "starts again": ("(check-sat)", "(reset)\n(check-sat)"),
    "ends early": ("(set-logic", "(exit)\n(set-logic"),
    "speaks": ("(check-sat)", '(echo "unsat")\n(check-sat)'),
    "asks for a model": ("(check-sat)", "(check-sat)\n(get-model)"),
    "asserts after asking": ("(check-sat)", "(check-sat)\n(assert false)"),
    "has a function": ("(assert ", "(define-fun f ((x Bool)) Bool false)\n(assert "),
    "defines an operator": ("(assert ", "(define-fun and () Bool false)\n(assert "),
    "defines a name twice": ("(check-sat)", "(define-fun ?1 () Bool true)\n(check-sat)"),
    "declares an operator": ("(declare-fun A.state ", "(declare-fun or () Bool)\n(declare-fun A.state "),
    "declares an operator in bars": ("(declare-fun A.state ", "(declare-fun |or| () Bool)\n(declare-fun A.state "),
    "declares a name twice": ("(declare-fun A.state ", "(declare-fun |now| () Real)\n(declare-fun A.state "),
    "declares a function": ("(declare-fun A.state ", "(declare-fun f (Bool) Bool)\n(declare-fun A.state "),
    "declares a sort": ("(declare-fun A.state ", "(declare-sort S 0)\n(declare-fun A.state "),
    "has a quantifier": ("(check-sat)", "(assert (forall ((x Bool)) x))\n(check-sat)"),
    "has a local name": ("(check-sat)", "(assert (let ((x false)) x))\n(check-sat)"),
    "has an annotation": ("(check-sat)", "(assert (! false :named x))\n(check-sat)"),
    "has a string": ("(check-sat)", '(assert (= "a" "b"))\n(check-sat)'),
    "has an unknown operator": ("(check-sat)", "(assert (str.in_re A.state A.state))\n(check-sat)"),
    "has an unknown name": ("(check-sat)", "(assert nobody)\n(check-sat)"),
    "has an unknown logic": ("(set-logic ALL)", "(set-logic HORN)"),
    "has two logics": ("(check-sat)", "(set-logic ALL)\n(check-sat)"),
    "has two commands in a line": ("(check-sat)", "(assert false)(check-sat)"),
    "has a command behind a comment": ("(check-sat)", "; \r(assert false)\r\n(check-sat)"),
    "has a comment behind a command": ("(check-sat)", "(check-sat) ; or not"),
    "has a command in two lines": ("(assert ", "(assert\n"),
    "has a term that goes on": ("(check-sat)", "(assert false) (assert true)\n(check-sat)"),
    "has a term that is open": ("(check-sat)", "(assert (not false)\n(check-sat)"),
    "has a bar that is open": ("(declare-fun A.state ", "(declare-fun |x () Bool)\n(declare-fun A.state "),
    "has another space": ("(declare-fun A.state ", "(declare-fun A.state\t"),
    "has a line that means one to some": ("(check-sat)", "; \x0b(assert false)\n(check-sat)"),
    "has a letter that is none": ("A.state", "\u0410.state"),
}
"""Scripts outside of the language: what is replaced, by what."""


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_script_outside_of_the_language_is_one_line(kind: str, whole: Path, tmp_path: Path) -> None:
    folder, victim = copied(whole, tmp_path / "x"), tmp_path / VICTIM
    victim.write_text("precious")
    old, new = UNREADABLE[kind]
    script = on_script(old, new.replace(VICTIM, str(victim)))(folder)
    assert_unusable(folder, f"{script}: is no script of a certificate: ")
    assert victim.read_text() == "precious"


DAMAGED: dict[str, Callable[[str], str | bytes]] = {
    "truncated": lambda text: text[: len(text) // 2],
    "without its last line's end": lambda text: text[:-1],
    "empty": lambda _: "",
    "not in UTF-8": lambda text: text.encode().replace(b"A.state", b"A.\xff\xfe"),
    "in UTF-16": lambda text: text.encode("utf-16"),
    "with a mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "with NUL": lambda text: text.replace("(check-sat)", "\0(check-sat)"),
    "in Windows' lines": lambda text: text.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_script_is_one_line(
    kind: str,
    whole: Path,
    tmp_path: Path,
) -> None:
    folder = copied(whole, tmp_path)
    script = rewritten(folder, DAMAGED[kind], 5)
    assert_unusable(folder, f"{script}: is no script of a certificate: ")


def assert_unusable(folder: Path, begins: str = "", says: str = "") -> None:
    """Status 2, and one line."""
    said = certified_here(folder)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"model.certify: {begins}")
    assert says in said.err


# -- folders -------------------------------------------------------------------------------------------------------


def a_script(folder: Path) -> Path:
    """One of the scripts."""
    return min(folder.rglob("*.smt2"))


def outside(folder: Path) -> Path:
    """A file outside of the folder."""
    path = folder.parent / "outside"
    path.write_text(a_script(folder).read_text())
    return path


def link_a_script(folder: Path) -> None:
    """The same octets, but somewhere else."""
    there, path = outside(folder), a_script(folder)
    path.unlink()
    path.symlink_to(there)


def link_a_manifest(folder: Path) -> None:
    """Likewise."""
    (path,) = folder.rglob("*.json")
    there = folder.parent / "outside.json"
    path.rename(there)
    path.symlink_to(there)


def link_a_folder(folder: Path) -> None:
    """Likewise."""
    there = folder.parent / "obligations"
    (folder / CLAIM / "obligations").rename(there)
    (folder / CLAIM / "obligations").symlink_to(there)


def second_manifest(folder: Path) -> None:
    """The same under another name."""
    (path,) = folder.rglob("*.json")
    shutil.copy(path, path.with_name("again.json"))


FOLDERS: dict[str, tuple[Damage, str]] = {
    "a link for a script": (link_a_script, "a symbolic link, which is not followed"),
    "a link for a manifest": (link_a_manifest, "a symbolic link, which is not followed"),
    "a link for a folder": (link_a_folder, "a symbolic link, which is not followed"),
    "a link into nothing": (lambda f: (f / CLAIM / "x.smt2").symlink_to("nowhere"), "a symbolic link"),
    "a pipe": (lambda f: os.mkfifo(f / CLAIM / "x.json"), "not a regular file"),
    "a script that is listed nowhere": (
        lambda f: shutil.copy(a_script(f), a_script(f).with_name("0" * 20 + ".smt2")),
        "no certificate lists it; remove it",
    ),
    "another file": (lambda f: (f / "README").write_text("Trust me."), "no certificate lists it; remove it"),
    "a script that is missing": (lambda f: a_script(f).unlink(), "No such file"),
    "all scripts missing": (lambda f: shutil.rmtree(f / CLAIM / "obligations"), "No such file"),
    "a certificate twice": (second_manifest, "is a second certificate of last-ack-answered (all times:"),
}


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_folder_of_another_form_is_one_line(kind: str, whole: Path, tmp_path: Path) -> None:
    damage, says = FOLDERS[kind]
    folder = copied(whole, tmp_path / "x")
    damage(folder)
    assert_unusable(folder, says=says)


MANIFESTS: dict[str, tuple[Callable[[Manifest], object], str]] = {
    "no obligations": (lambda m: m["obligations"].clear(), "obligations: expected array of length >= 1"),
    "obligations that are none": (lambda m: m.update(obligations={}), "obligations: expected array"),
    "an unknown claim": (lambda m: m.update(claim="tcp"), "claim 'tcp' is not known to this version"),
    "a claim without a proof": (rename("text-arrives"), "claim 'text-arrives' has no proof"),
    "a claim that is a scenario": (rename("figure-6"), "claim 'figure-6' has no proof"),
    "an unknown variant": (lambda m: m.update(variant="best"), "variant 'best' is neither the claim's nor made of"),
    "an unknown setting": (lambda m: m.update(variant="colour=red"), "unknown field 'colour'"),
    "a setting twice": (lambda m: m.update(variant="rtt=1 rto=1 rto=2"), "variant "),
    "a setting out of range": (lambda m: m.update(variant="seq_bits=99"), "seq_bits=99: must be 3 to 32"),
    "a field out of range": (lambda m: m["config"].update(seq_bits=1 << 39), "seq_bits=549755813888: must be"),
    "an unknown field": (lambda m: m["config"].update(colour="red"), "config: unknown field 'colour'"),
    "a huge number": (lambda m: m.update(width=10**40), "a number of 41 digits"),
    "a number below 0": (lambda m: m.update(width=-1), "width: expected int >= 0"),
    "an unknown mutant": (
        lambda m: m.update(variant="mutant=x", expected="") or m["config"].update(mutant="x"),
        "mutant=x: there is none of this name",
    ),
    "a path upwards": (lambda m: m["obligations"][0].update(file="../x"), "obligations[0].file: expected str matching"),
    "a path from the root": (lambda m: m["obligations"][0].update(file="/etc/passwd"), "obligations[0].file: "),
    "a path with a line": (
        lambda m: m["obligations"][0].update(file=m["obligations"][0]["file"] + "\n"),
        "obligations[0].file: expected str matching",
    ),
    "another verdict": (lambda m: m.update(verdict="true"), "verdict: 'true' is none of fails, proved"),
    "another kind": (lambda m: m.update(kind="search"), "it has the unknown field width"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_proof_of_another_form_is_one_line(kind: str, whole: Path, tmp_path: Path) -> None:
    change, says = MANIFESTS[kind]
    folder = copied(whole, tmp_path)
    path = forged(folder, change)
    assert_unusable(folder, f"{path}: is not a certificate: ", says)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"width"', '"claim": "x", "width"', 1), "'claim' is there twice"),
        (
            lambda text: text.replace('"config": {', '"config": {"x": ' + "[" * 500 + "]" * 500 + ",", 1),
            "config: unknown field 'x'",
        ),
        (lambda text: text.replace('"width": 32', f'"width": {"9" * 5000}', 1), "a number of 5,000 digits"),
        (lambda text: text[:-200], "not JSON"),
        (lambda _: "[" * 100_000, "nested too deeply"),
    ],
)
def test_a_manifest_that_was_written_over_is_one_line(
    change: Callable[[str], str],
    says: str,
    whole: Path,
    tmp_path: Path,
) -> None:
    folder = copied(whole, tmp_path)
    (path,) = folder.rglob("*.json")
    path.write_text(change(path.read_text()))
    assert_unusable(folder, says=says)
