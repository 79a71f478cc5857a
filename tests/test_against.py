"""A run beside the same schedule under another protocol: what it is compared with, and what is found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from model.cli.arguments import fields_listed
from model.core.answer import NO_LIMITS
from model.core.property import Live, Property
from model.core.run import ReplayError, Run, enabled, replay
from model.core.terms import evaluate
from model.engines.explicit.search import explore
from model.engines.infinite.liveness import check_each
from model.pictures.order import consequence, in_order
from model.pictures.render import Drawings, Pictures
from model.pictures.two_ladders import LadderRun, Two, two_ladders, two_ladders_text
from model.questions.against import Comparison
from model.questions.another import another, event
from model.questions.cell_search import Asked, answer_cells
from model.questions.counterpart import KNOWLEDGE, NO_CELL, TOLD_OTHERWISE, Counterpart, counterpart
from model.questions.schedule import Compared, NetworkSystem, compared
from model.questions.story import answer_story
from model.questions.task import Beside, Options, Task
from properties.claim import Cell, Claim
from properties.claims import CLAIMS

COUNTERPARTS = {
    ("segments-buy-knowledge", "two-way, text"): ("three-way, text", {"handshake": "three-way"}),
    ("segments-buy-knowledge", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("figure-6", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("figure-8", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("figure-9", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("figure-9-in-window", "challenge ACK"): ("SYN as in RFC 793", {"syn": "rfc793"}),
    ("figure-10", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("figure-11", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("figure-5", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("opening-paths", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("opening-paths-simultaneous", "two-way"): ("simultaneous open", {"handshake": "three-way"}),
    ("half-open", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("client-can-receive", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("ghost-after-close", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("agreement", "two-way, ABORT"): ("crashes and resets", {"handshake": "three-way"}),
    ("ghosts-release-slots", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("live-client-is-served", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("live-client-is-served", "two-way, two slots"): ("three-way, two slots", {"handshake": "three-way"}),
    ("cookies-withstand-a-flood", "a TCB for each SYN"): ("cookies", {"syn_cookies": True}),
    ("forged-text-held", "queued, as the RFC"): ("dropped", {"data_on_syn": "dropped"}),
    ("forged-text-held", "accepted"): ("dropped", {"data_on_syn": "dropped"}),
    ("forged-text-delivered", "accepted"): ("queued, as the RFC", {"data_on_syn": "queued"}),
    ("data-on-third-segment", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("data-on-syn-held", "queued, as the RFC"): ("dropped", {"data_on_syn": "dropped"}),
    ("data-on-syn-held", "accepted"): ("dropped", {"data_on_syn": "dropped"}),
    ("data-on-syn-delivered", "accepted"): ("queued, as the RFC", {"data_on_syn": "queued"}),
    ("old-text-in-fin-wait-1", "ACK range not tested"): ("ACK range tested", {"ack_range": "rfc5961"}),
    ("at-most-once", "accepted"): ("queued, as the RFC", {"data_on_syn": "queued"}),
    ("normal-close", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("simultaneous-close", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("nothing-lost-in-orderly-close", "FIN taken out of order"): ("three-way", {"fin": "in-order"}),
    ("half-close-data", "text after CLOSE discarded"): ("half-closed", {"half_close": "delivers"}),
    ("server-timer-repairs", "three-way"): ("two-way", {"handshake": "two-way"}),
    ("close-completes", "simultaneous open, the bare SYN is sent again"): (
        "simultaneous open",
        {"syn_again": "SYN,ACK"},
    ),
    ("text-arrives", "text after CLOSE discarded"): ("from the open connection on", {"half_close": "delivers"}),
    ("last-ack-answered", "one tick less"): ("2 MSL", {"time_wait": "2msl"}),
    ("last-ack-answered", "no TIME-WAIT"): ("2 MSL", {"time_wait": "2msl"}),
    ("last-ack-answered", "2 MSL, not restarted"): ("2 MSL", {"time_wait_restart": True}),
    ("last-ack-answered", "TIME-WAIT does not answer"): ("2 MSL", {"mutant": ""}),
    ("last-ack-ends", "TIME-WAIT does not answer"): ("2 MSL", {"mutant": ""}),
    ("last-ack-ends", "no TIME-WAIT"): ("2 MSL", {"time_wait": "2msl"}),
    ("time-wait-threshold", "not restarted"): ("restarted", {"time_wait_restart": True}),
    ("no-old-segment-accepted", "ACK range not tested"): (
        "fresh ISNs, text, two segments each way",
        {"ack_range": "rfc5961"},
    ),
    ("no-needless-fin-retransmission", "merged"): ("four-way", {"close": "four-way"}),
    ("needless-retransmissions", "merged"): ("four-way", {"close": "four-way"}),
    ("time-wait-assassination", "RFC 9293"): ("F1: RST ignored", {"rfc1337": True, "time_wait_restart": False}),
    ("time-wait-assassination", "RST as in RFC 793"): (
        "F1: RST ignored",
        {"rst": "rfc5961", "rfc1337": True, "time_wait_restart": False},
    ),
    ("rfc1337-figure-1", "F1: RST ignored"): ("RFC 9293", {"rfc1337": False}),
    ("rfc1337-figure-3", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("hazard-h1", "F1: RST ignored"): ("RFC 9293", {"rfc1337": False}),
    ("hazard-h3", "RFC 5961"): ("RST as in RFC 793", {"rst": "rfc793"}),
    ("new-syn-in-time-wait", "RFC 9293"): ("F1: RST ignored", {"rfc1337": True}),
    ("time-wait-refuses-syn", "two-way"): (
        "F1: RST ignored",
        {"handshake": "three-way", "rfc1337": True, "time_wait_restart": False},
    ),
    ("fin-restarts-nothing", "as the RFC means it"): (
        "the RFC's letter",
        {"rfc1337": True, "time_wait_restart": False},
    ),
    ("aborts", "ABORT to TIME-WAIT"): ("three-way", {"abort_to": "CLOSED"}),
    ("syn-received-timeouts", "two-way"): ("three-way", {"handshake": "three-way"}),
    ("queued-calls", "text of the SYN dropped"): ("three-way", {"data_on_syn": "queued"}),
}
"""What each failing variant is compared with: the variant that holds, and the fields that make the difference."""
ASSUMPTION = "an assumption differs from '"
FAILS_TOO = {("dead-peer-releases-slot", "two-way, nothing to send")}
OTHER_STORIES = {
    ("simultaneous-open", "Figure 7 as drawn"),
    ("rfc1337-figure-2", "as drawn: once, and it is held"),
}
FAILING = {(claim.name, cell.variant): (claim, cell) for claim in CLAIMS for cell in claim.cells
           if cell.expected == "fails"}  # fmt: skip
QUICK = [(claim.name, cell.variant) for claim in CLAIMS for cell in claim.quick
         if cell.expected == "fails" and claim.searched]  # fmt: skip
FACTS = {
    ("half-open", "two-way"): (4, 0, 0, 2),
    ("client-can-receive", "two-way"): (3, 0, 0, 2),
    ("ghost-after-close", "two-way"): (5, 0, 0, 4),
    ("agreement", "two-way, ABORT"): (3, 0, 0, 4),
    ("ghosts-release-slots", "two-way"): (3, 0, 0, 3),
    ("live-client-is-served", "two-way"): (3, 0, 0, 7),
    ("last-ack-answered", "one tick less"): (10, 1, 0, 7),
    ("last-ack-answered", "2 MSL, not restarted"): (9, 1, 0, 2),
    ("last-ack-ends", "TIME-WAIT does not answer"): (8, 2, 1, 4),
    ("no-needless-fin-retransmission", "merged"): (3, 1, 1, 7),
    ("time-wait-refuses-syn", "two-way"): (4, 3, 0, 7),
}
"""Of well-known counterexamples: the first step that differs; how many are skipped, inserted, and done until rest."""


@dataclass(frozen=True)
class Found:
    """The counterexample of a failing variant. loop: the step that begins what comes again for ever."""

    claim: Claim
    cell: Cell
    world: NetworkSystem
    prop: Property | Live
    run: Run
    loop: int | None

    def against(self, found: Counterpart) -> Comparison:
        """It, and what it is compared with."""
        task = Task(self.claim, self.cell.variant, self.cell.config, "fails")
        then = consequence(self.world.system, self.prop if isinstance(self.prop, Property) else None, self.run)
        whole = Run(self.run.initial, (*self.run.steps, *then))
        return Comparison(task, self.world, whole, found, self.loop, None, then=len(then))


@cache
def found(name: str, variant: str) -> Found | None:
    """The counterexample of a variant; None if it fails since something is unreachable."""
    claim, cell = FAILING[name, variant]
    asked = Asked([Task(claim, variant, cell.config, "fails")])
    world, (prop,) = NetworkSystem(asked.network, asked.system), asked.made.values()
    if isinstance(prop, Live):
        lasso = check_each(asked.system, [(prop.prop, prop.fairness)])[prop.name].lasso
        assert lasso is not None
        stem = lasso.stem
        return Found(claim, cell, world, prop, Run(stem.initial, stem.steps + lasso.loop), len(stem.steps) + 1)
    run = explore(asked.system, limits=NO_LIMITS, cone=True)[prop.name].run
    return Found(claim, cell, world, prop, run, None) if run else None


@cache
def beside(name: str, variant: str) -> tuple[NetworkSystem, Compared]:
    """The counterpart's world, and the same schedule there."""
    one = found(name, variant)
    assert one is not None
    other = counterpart(one.claim, one.cell.config)
    assert isinstance(other, Counterpart)
    return one.against(other).compared(other.config)


def count(both: Compared, mark: str) -> int:
    """How many steps have this mark."""
    return sum(pair.mark == mark for pair in both.pairs)


@pytest.mark.parametrize(("name", "variant"), FAILING)
def test_each_failing_variant_has_a_counterpart_or_a_reason(name: str, variant: str) -> None:
    claim, cell = FAILING[name, variant]
    other = counterpart(claim, cell.config, claim.story(variant))
    if claim.epistemic:
        assert other == KNOWLEDGE
        return
    if isinstance(other, Counterpart):
        assert (other.cell, dict(other.changes)) == COUNTERPARTS[name, variant]
        assert other.config == cell.config.vary(other.changes)
        return
    assert (name, variant) not in COUNTERPARTS
    reason = {True: "it fails under that protocol, too"}.get((name, variant) in FAILS_TOO, ASSUMPTION)
    assert other.startswith(TOLD_OTHERWISE if (name, variant) in OTHER_STORIES else reason)


def test_a_claim_that_holds_nowhere_has_no_counterpart() -> None:
    claim, cell = FAILING["half-open", "two-way"]
    assert counterpart(replace(claim, cells=(cell,)), cell.config) == NO_CELL


@pytest.mark.parametrize(
    ("name", "variant"),
    [*QUICK[::3], *(pytest.param(*key, marks=pytest.mark.long) for key in QUICK if key not in QUICK[::3])],
)
def test_against_the_same_configuration_nothing_differs(name: str, variant: str) -> None:
    one = found(name, variant)
    if one is None:
        return
    same = compared(one.world, one.run, one.world)
    assert (same.first, same.differs_in, count(same, "skipped"), count(same, "inserted")) == (None, 0, 0, 0)
    assert same.right.steps[: len(one.run.steps)] == one.run.steps


@pytest.mark.parametrize(("name", "variant"), [key for key in QUICK if key in COUNTERPARTS])
def test_the_other_run_is_one_and_keeps_what_is_claimed(name: str, variant: str) -> None:
    one, (other, both) = found(name, variant), beside(name, variant)
    assert one is not None
    replay(other.system, both.right)
    assert both.left.steps[: len(one.run.steps)] == one.run.steps
    assert [pair.left for pair in both.pairs if pair.left] == [*range(1, len(both.left.steps) + 1)]
    assert [pair.right for pair in both.pairs if pair.right] == [*range(1, len(both.right.steps) + 1)]
    assert all(bool(pair.reason) == (pair.mark == "skipped") for pair in both.pairs)
    prop = one.claim.asked_of(other.network)
    if isinstance(prop, Property) and prop.kind == "always":
        assert all(evaluate(prop.term, state) for state in both.right.states)
        assert isinstance(one.prop, Property)
        assert not evaluate(one.prop.term, one.run.states[-1])


@pytest.mark.parametrize(("name", "variant"), FACTS)
def test_facts(name: str, variant: str) -> None:
    _, both = beside(name, variant)
    assert (both.differs_in, *(count(both, mark) for mark in ("skipped", "inserted", "continued"))) == FACTS[
        name, variant
    ]
    assert not both.rest


def test_a_run_that_is_none_is_found_out() -> None:
    other, both = beside("half-open", "two-way")
    last = both.right.steps[-1]
    wrong = replace(both.right, steps=(*both.right.steps[:-1], replace(last, state=last.state | {"B.state": 4})))
    with pytest.raises(ReplayError):
        replay(other.system, wrong)


def written(name: str, variant: str, folder: Path) -> Beside:
    one = found(name, variant)
    assert one is not None
    if isinstance(one.prop, Property):
        one = replace(one, run=in_order(one.world.system, one.prop, one.run))
    other = counterpart(one.claim, one.cell.config)
    assert isinstance(other, Counterpart)
    return one.against(other).written(Options(folder, NO_LIMITS, Pictures([]), []), "")


def test_why_three(tmp_path: Path) -> None:
    shown = written("half-open", "two-way", tmp_path)
    assert shown.sentence == (
        "Two-way, a SYN arrives at B in step 4, and B is ESTABLISHED at once; three-way it is in SYN-RECEIVED and waits"
        " for an acknowledgment of its SYN; a RST arrives instead (step 6), and B is back in LISTEN. So three-way this"
        " does not happen: B is open, its peer is gone, and nobody has ever accepted its SYN. In the end all is at rest"
        " there with A CLOSED and B LISTEN."
    )
    assert (shown.name, shown.changes, shown.first, shown.kept) == ("three-way", {"handshake": "three-way"}, 4, True)
    words = Path(shown.words).read_text(encoding="utf-8").splitlines()
    assert words[4:] == [*shown.lines]
    essay = Path(__file__).parent.parent / "docs" / "side-by-side.md"
    assert "\n".join(words[2:]) in essay.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "variant", "begin"),
    [
        (
            "ghosts-release-slots",
            "two-way",
            "Two-way, a SYN arrives at S1 in step 3, and S1 is ESTABLISHED at once; three-way it is in SYN-RECEIVED and"
            " waits for an acknowledgment of its SYN; a RST arrives instead (step 7), and S1 is back in LISTEN."
            " Two-way, all stays so for ever, with C1 CLOSED and S1 ESTABLISHED: nothing is under way, and no timer"
            " runs. So three-way this does not happen: a ghost holds its slot for ever.",
        ),
        (
            "last-ack-answered",
            "one tick less",
            "With a TIME-WAIT of 5 ticks, A's TIME-WAIT TIMEOUT expires in step 10, and A is CLOSED; with a TIME-WAIT"
            " of 2 MSL, this does not happen (the TIME-WAIT TIMEOUT is not due): A stays in TIME-WAIT and waits until 2"
            " MSL have passed. With a TIME-WAIT of 5 ticks, a RST arrives at B in the last step (12), and B is CLOSED;"
            " with a TIME-WAIT of 2 MSL, an ACK arrives at B, and B is CLOSED. So with a TIME-WAIT of 2 MSL, this does"
            " not happen: a reset ends B's LAST-ACK.",
        ),
        (
            "no-needless-fin-retransmission",
            "merged",
            "With ACK and FIN merged, a FIN,ACK arrives at B in step 3, and B sends nothing; with the ACK of a FIN sent"
            " at once, it sends <SEQ=b+1><ACK=a+2><CTL=ACK>. With ACK and FIN merged, A's RETRANSMISSION TIMEOUT"
            " expires then, and A stays in FIN-WAIT-1; with the ACK of a FIN sent at once, this does not happen (no"
            " RETRANSMISSION TIMEOUT in FIN-WAIT-2).",
        ),
        (
            "data-on-syn-delivered",
            "accepted",
            "With the text of a SYN delivered at once, a SYN arrives at B in step 4, and B sends"
            " <SEQ=b><ACK=a+2><CTL=SYN,ACK>, which acknowledges 1 octet more; with the text of a SYN queued, it sends"
            " <SEQ=b><ACK=a+1><CTL=SYN,ACK>",
        ),
        (
            "time-wait-assassination",
            "RFC 9293",
            "Without fix F1 of RFC 1337, a RST arrives at A in step 7, and A is CLOSED; with fix F1 of RFC 1337, it"
            " stays in TIME-WAIT and waits until 2 MSL have passed; A's TIME-WAIT TIMEOUT expires (step 8), and A is"
            " CLOSED. So with fix F1 of RFC 1337, this does not happen: a reset ends A's TIME-WAIT.",
        ),
        (
            "half-close-data",
            "text after CLOSE discarded",
            "Segments and states are the same; but after step 3 the number of octets that the user of A was given is 0"
            " with text after CLOSE thrown away, and 1 with text after CLOSE delivered. So with text after CLOSE"
            " delivered, this does not happen: B's incarnation 1 has ended in order, and A lacks octets that it sent.",
        ),
    ],
)
def test_sentences(name: str, variant: str, begin: str, tmp_path: Path) -> None:
    assert written(name, variant, tmp_path).sentence.startswith(begin)


STORIES = [key for key in COUNTERPARTS if FAILING[key][0].story(key[1])]


@pytest.mark.parametrize(
    ("name", "variant"), [*STORIES[:4], *(pytest.param(*key, marks=pytest.mark.long) for key in STORIES[4:])]
)
def test_a_story_shows_the_step_that_stops_it(name: str, variant: str, tmp_path: Path) -> None:
    """In the text, in the picture, in the data, and in the sentence."""
    claim, cell = FAILING[name, variant]
    drawings = Drawings()
    row = answer_story(Task(claim, variant, cell.config, "fails"), Options(tmp_path, NO_LIMITS, drawings, []))
    assert isinstance(row.beside, Beside)
    step = row.effort.states
    at = next(at for at, line in enumerate(row.beside.lines) if "here the story stops" in line)
    assert row.beside.lines[at + 1].split()[0] == str(step)
    assert [pair["left"] for pair in row.beside.pairs if "here the story stops" in pair["notes"]] == [step]
    (drawn,) = drawings.take()
    assert "here the story stops" in words_of(drawn[0])
    assert f"the story stops in step {step}, and does not show this: {claim.sentence}" in row.beside.sentence


def words_of(dot: str) -> str:
    """A picture's source with its lines of text joined."""
    return re.sub(r"\\n| +", " ", dot)


def test_what_a_story_lacks_is_skipped(tmp_path: Path) -> None:
    claim, cell = FAILING["figure-8", "two-way"]
    row = answer_story(Task(claim, cell.variant, cell.config, "fails"), Options(tmp_path, NO_LIMITS, Pictures([]), []))
    assert isinstance(row.beside, Beside)
    assert (row.beside.name, row.beside.first, row.beside.count("skipped")) == ("three-way", 5, 1)
    assert any("skipped: no such segment: step 9 sends none" in line for line in row.beside.lines)


@pytest.mark.parametrize(
    ("name", "variant"), [key for key in QUICK if key in COUNTERPARTS and not FAILING[key][0].finite]
)
def test_a_lasso_is_unrolled_once(name: str, variant: str, tmp_path: Path) -> None:
    """What is for ever is said in the text, in the picture and in the data."""
    one = found(name, variant)
    assert one is not None
    assert one.loop is not None
    other = counterpart(one.claim, one.cell.config)
    assert isinstance(other, Counterpart)
    drawings = Drawings()
    shown = one.against(other).written(Options(tmp_path, NO_LIMITS, drawings, []), "")
    lefts = [pair["left"] for pair in shown.pairs if pair["left"]]
    assert lefts == [*range(1, len(one.run.steps) + 1)]
    turns = one.loop <= len(one.run.steps)
    said = "from here on, for ever" if turns else "after it nothing more happens, for ever"
    assert [pair["left"] for pair in shown.pairs if said in pair["notes"]] == [one.loop if turns else one.loop - 1]
    assert sum(said in line for line in shown.lines) == 1
    (drawn,) = drawings.take()
    assert said in words_of(drawn[0])


@pytest.mark.parametrize(
    ("name", "variant", "count"),
    [("at-most-once", "accepted", 12), ("old-text-in-fin-wait-1", "ACK range not tested", 9)],
)
def test_why_there_is_no_rest(name: str, variant: str, count: int) -> None:
    """All states that can follow are looked at, and both sides have to send again in each."""
    other, both = beside(name, variant)
    assert both.rest == (
        f"there is no rest: {count} states can follow, and in each one A and B must send again what is not"
        " acknowledged; only a user who gives up could end it, and here none does"
    )
    waiting, seen = [both.right.states[-1]], [both.right.states[-1]]
    for state in waiting:
        after = [step for step in enabled(other.system, state) if step.rule.kind in ("arrives", "timeout")]
        new = [step.state for step in after if step.state not in seen and not step.inputs.get("copy")]
        for one in new:
            if one not in seen:
                seen.append(one)
                waiting.append(one)
        assert {step.rule.side for step in after if step.rule.call == "RETRANSMISSION TIMEOUT"} == {"A", "B"}
    assert len(seen) == count


def test_where_nothing_differs_nothing_is_written(tmp_path: Path) -> None:
    claim, cell = FAILING["fin-restarts-nothing", "as the RFC means it"]
    task = Task(claim, cell.variant, cell.config, "fails")
    (row,) = answer_cells([task], Options(tmp_path, NO_LIMITS, Pictures([]), []), lambda *_: None)
    assert row.besides == [("", "'the RFC's letter' does the same on this schedule, step by step")]
    assert not [*tmp_path.glob("*-against*")]


def test_what_the_end_of_a_run_causes_stands_in_text_picture_and_data(tmp_path: Path) -> None:
    claim, cell = FAILING["no-needless-fin-retransmission", "merged"]
    task, drawings = Task(claim, cell.variant, cell.config, "fails"), Drawings()
    (row,) = answer_cells([task], Options(tmp_path, NO_LIMITS, drawings, []), lambda *_: None)
    (run,) = row.evidence
    assert (len(run.steps), [step["event"] for step in run.then]) == (6, ["RETRANSMISSION of FIN in FIN-WAIT-1"])
    assert run.ladder is not None
    assert [rung.step for rung in run.ladder.rungs][-2:] == ["6", "then"]
    assert "\nThen\n" in run.text
    assert isinstance(run.beside, Beside)
    (note,) = (pair["notes"] for pair in run.beside.pairs if pair["left"] == 7)
    assert note == "then; skipped: no RETRANSMISSION TIMEOUT in FIN-WAIT-2"
    assert f"      ({note})" in run.beside.lines
    assert all("then" in words_of(drawn[0]) for drawn in drawings.take())


# -- the picture --


def two(name: str, variant: str) -> Two:
    one, (other, both) = found(name, variant), beside(name, variant)
    assert one is not None
    sides = [LadderRun(said, w.system, run, w.network.lanes, w.network.fifo)
             for said, w, run in (("One", one.world, both.left), ("Other", other, both.right))]  # fmt: skip
    return Two((sides[0], sides[1]), both.pairs, "title", "sentence", one.loop)


@pytest.mark.parametrize(("name", "variant"), FACTS)
def test_steps_that_correspond_stand_at_the_same_height(name: str, variant: str) -> None:
    shown = two(name, variant)
    dot = two_ladders(shown)
    names = re.findall(r'^  "([^"]+)" \[pos', dot, re.MULTILINE)
    assert len(names) == len(set(names))
    height = dict(re.findall(r'^  "([12]: number \d+)" \[pos="[-0-9.]+,([-0-9.]+)!"', dot, re.MULTILINE))
    for pair in shown.pairs:
        if pair.left and pair.right:
            assert height[f"1: number {pair.left}"] == height[f"2: number {pair.right}"]
    at = [float(height[key]) for key in height if key.startswith("2")]
    assert at == sorted(at, reverse=True)
    assert len(set(at)) == len(at)


def test_what_sets_a_row_apart_is_said() -> None:
    shown = two("last-ack-ends", "TIME-WAIT does not answer")
    said = {pair.number: note for pair, note in zip(shown.pairs, shown.notes(), strict=True) if note}
    assert said == {
        "8": "the first difference",
        "9": "from here on, for ever",
        "10a": "inserted",
        "12": "skipped: no RETRANSMISSION TIMEOUT in CLOSED",
        "13": "skipped: no such segment: step 12 was skipped",
        "14": "from here on to rest",
    }
    assert sum(line.startswith("      (") for line in two_ladders_text(shown)) == len(said)


# -- another run --


@pytest.mark.parametrize(
    ("name", "variant", "first", "second"),
    [
        ("half-open", "two-way", 4, 6),
        ("agreement", "two-way, ABORT", 7, 7),
        ("last-ack-answered", "one tick less", 12, 0),
    ],
)
def test_another_run_does_without_a_step_of_the_first(name: str, variant: str, first: int, second: int) -> None:
    one = found(name, variant)
    assert one is not None
    assert isinstance(one.prop, Property)
    assert len(one.run.steps) == first
    run = another(one.world.system, one.prop, one.run, NO_LIMITS, lambda _: None)
    if isinstance(run, str):
        assert (run, second) == ("every run that shows this has all of these steps, in some order", 0)
        return
    mine, theirs = ([event(step.rule) for step in of.steps] for of in (one.run, run))
    assert len(theirs) == second
    assert any(theirs.count(what) < mine.count(what) for what in mine)


def test_a_limit_leaves_it_unknown() -> None:
    one = found("last-ack-answered", "one tick less")
    assert one is not None
    assert isinstance(one.prop, Property)
    run = another(one.world.system, one.prop, one.run, replace(NO_LIMITS, max_states=5), lambda _: None)
    assert isinstance(run, str)
    assert run.startswith("unknown whether another run")


def test_fields_are_listed_with_commas() -> None:
    assert fields_listed(["handshake=two-way,isn_b=8,12", "rst=rfc793"]) == [
        "handshake=two-way",
        "isn_b=8,12",
        "rst=rfc793",
    ]
