"""Names of claims: statements, patterns, and what somebody may have meant."""

from __future__ import annotations

import pytest

from model.check import main, selection
from model.cli.arguments import parser
from model.machine.printing import meant
from model.questions.names import UnknownName, claim_named, claims_named
from properties.claims import CLAIMS
from properties.statements import STATEMENTS


def names(*asked: str) -> list[str]:
    """The names of the claims that these stand for."""
    return [claim.name for claim in claims_named(asked)]


def test_a_statement_stands_for_its_claims_and_a_pattern_for_those_like_it() -> None:
    assert names("S5") == names("s5") == ["ghost-after-close"]
    for one in STATEMENTS:
        about = [claim for claim in CLAIMS if one.number in claim.settles]
        first = [claim.name for claim in about if claim.settles[0] == one.number]
        assert names(one.number)[: len(first)] == first
        assert sorted(names(one.number)) == sorted(claim.name for claim in about)
    assert names("rfc1337-*") == ["rfc1337-figure-1", "rfc1337-figure-2", "rfc1337-figure-3"]
    assert names("*HALF*") == ["half-open", "half-close-data"]
    assert names("*") == [claim.name for claim in CLAIMS]


def test_each_claim_comes_once_in_the_order_of_the_names() -> None:
    assert names("ghost-after-close", "S5", "half-open") == ["ghost-after-close", "half-open"]
    assert names() == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("half-opne", "unknown claim 'half-opne'; is it half-open?"),
        ("HALF-OPEN", "unknown claim 'HALF-OPEN'; see --list"),
        ("S10", "unknown claim 'S10'; is it S1?"),
        ("zz*", "no claim is like 'zz*'; see --list"),
        ("", "unknown claim ''; see --list"),
    ],
)
def test_a_name_of_nothing_says_which_is_near(name: str, says: str) -> None:
    with pytest.raises(UnknownName) as error:
        claims_named([name])
    assert str(error.value).startswith(says)


def test_where_one_claim_is_wanted_several_are_refused() -> None:
    assert claim_named("S5").name == claim_named("ghost-*close").name == "ghost-after-close"
    with pytest.raises(UnknownName, match="'S9' stands for 2 claims, and one is wanted: no-needless-fin"):
        claim_named("S9")


def test_nothing_is_meant_by_what_is_like_nothing() -> None:
    assert meant("colour", ["handshake", "rst"]) == ""
    assert meant("handshak", ["handshake", "rst"]) == "is it handshake?"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--quik"], "unknown option --quik; is it --quick?"),
        (["--max-state=5"], ""),
        (["--maxstates=5"], "unknown option --maxstates; is it --max-states"),
        (["--zz"], "unknown option --zz; see --help"),
        (["--engine", "explict"], "--engine explict: is it explicit?"),
        (["--engine", "magic"], "--engine magic: it is one of explicit, bmc, induction, unbounded"),
        (["--engine"], "argument --engine: expected one argument"),
    ],
)
def test_a_misspelt_option_is_one_line_with_the_near_one(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if not says:  # The beginning of an option is enough.
        assert parser().parse_args(arguments).max_states == 5
        return
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    error = capsys.readouterr().err
    assert (stop.value.code, error.count("\n")) == (2, 1)
    assert error.startswith(f"model.check: {says}")


def test_claims_are_named_so_wherever_claims_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = selection(parser().parse_args(["S9", "figure-6"]))()
    assert {task.claim.name for task in chosen} == {*names("S9"), "figure-6"}
    (task,) = selection(parser().parse_args(["--property", "S5"]))()
    assert task.claim.name == "ghost-after-close"
    assert main(["--explain", "S9", "figure-1?"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("S9: Why four segments to close")
    assert all(f"\n\n{name} (" in text for name in (*names("S9"), "figure-10", "figure-11"))
    assert main(["--coverage", "figure-6*"]) == 2
    assert "--coverage wants a claim that is searched" in capsys.readouterr().err
