"""Which assumptions keep old segments out of the next connection: all minimal sufficient sets.

Without fresh initial sequence numbers every number is used again, and the searches are timed: TIME-WAIT, quiet time and
two further assumptions are variables that no rule changes, with an initial state for each set. With fresh ones one
untimed search settles all sets: a segment may stay for ever, every timer may expire at any moment, so each timed run is
among its runs, whatever else is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from model.core.answer import Answer, Counterexample, Effort, Limits, OnProgress, Outcome, Table
from model.core.system import System
from model.network.bounded import Network
from model.network.ghosts.segments import ORIGINS
from model.settings.clocks import TICKS, Clocks
from model.settings.config import Config
from model.settings.setting import BadConfig, settings_of
from model.words.language import SEMICOLON, listed, marked, phrased
from properties.claim import Cell, Claim, Study
from properties.configs import (
    OLD_SEGMENTS,
    OLD_WITH_TEXT,
)
from properties.old_segments import assuming, kept_out, no_old_segment_accepted
from properties.studies.study import concluded, explore, unsettled

FRESH, TIME_WAIT, QUIET = marked("fresh ISNs"), "TIME-WAIT 2 MSL", marked("quiet time")
IN_ORDER, LINGERS = marked("no ABORT, reset or give-up"), marked("ABORT to TIME-WAIT")
ALONE = marked("no half-open peer")
ALL = (FRESH, TIME_WAIT, QUIET, IN_ORDER, LINGERS, ALONE)
AssumptionSet = frozenset[str]


@dataclass(frozen=True)
class Searched:
    """One search: the sets that it settled, with what is needed for a picture."""

    network: Network
    system: System
    verdicts: Mapping[AssumptionSet, Outcome]


def old_segments(config: Config, limits: Limits, progress: OnProgress) -> Outcome:
    """Whether all assumptions together suffice without fresh initial sequence numbers; and the table of sets."""
    if not config.timed or not config.quiet_time or config.isn_a != "repeated":
        raise BadConfig("this study needs timed=true, isn_a=repeated and a quiet_time")
    searches = [*fresh(untimed(config), limits), *repeated(config, limits, progress)]
    effort = together([next(iter(search.verdicts.values())).effort for search in searches])
    answers = {assumed: verdict for search in searches for assumed, verdict in search.verdicts.items()}
    if any(verdict.answer is Answer.UNKNOWN for verdict in answers.values()):
        return unsettled("old-segments", effort)
    sufficient = {assumed: answers[settled_by(assumed)].answer is Answer.HOLDS for assumed in subsets(ALL)}
    worst = maximal([s for s, enough in sufficient.items() if not enough])
    runs = tuple(picture(search, one) for one in worst for search in searches if settled_by(one) in search.verdicts)
    table = sets_table(config, minimal([s for s, enough in sufficient.items() if enough]), worst, answers)
    least = {name: smallest(config, limits, name) for name in ("time_wait", "quiet_time")}
    effort = together([effort, *(found for _, found in least.values())])
    if effort.limit:
        return unsettled("old-segments", effort, tables=(table,), runs=runs)
    tables = (table, times_table(config, {name: ticks for name, (ticks, _) in least.items()}))
    return concluded("old-segments", not sufficient[frozenset(ALL) - {FRESH}], effort, tables, runs)


def all_together(config: Config, limits: Limits, progress: OnProgress) -> Outcome:
    """Whether all assumptions but fresh initial sequence numbers suffice, with the configuration's times and text."""
    network, assumed = assuming(config), frozenset(ALL) - {FRESH, LINGERS}
    at = start(config, assumed)
    prop = kept_out(network, words(assumed), at)
    system = network.system(prop, starts=[at])
    verdict = explore(system, limits=limits, progress=progress)[prop.name]
    runs = (picture(Searched(network, system, {assumed: verdict}), assumed, marked("a run")),) if verdict.run else ()
    if verdict.answer is Answer.UNKNOWN:
        return unsettled("all-together", verdict.effort)
    return concluded("all-together", bool(runs), verdict.effort, runs=runs)


def subsets(names: Sequence[str]) -> Iterator[AssumptionSet]:
    """All subsets, the smaller ones first."""
    return (frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size))


def settled_by(assumed: AssumptionSet) -> AssumptionSet:
    """The set whose search settles this one: where nobody aborts, what ABORT enters does not matter."""
    if FRESH in assumed:
        return assumed & {FRESH, LINGERS}
    return assumed - {LINGERS} if IN_ORDER in assumed else assumed


@cache
def fresh(config: Config, limits: Limits) -> list[Searched]:
    """One untimed search for each thing that ABORT may enter: fresh numbers, and nothing else assumed."""
    found = []
    for assumed in subsets([LINGERS]):
        network = Network(config.but(abort_to="TIME-WAIT" if LINGERS in assumed else "CLOSED"), ghosts=(ORIGINS,))
        prop = no_old_segment_accepted(network)
        system = network.system(prop)
        found.append(Searched(network, system, {assumed | {FRESH}: explore(system, limits=limits)[prop.name]}))
    return found


def untimed(config: Config) -> Config:
    """The configuration with fresh numbers, far enough apart for RFC 5961's range, and without time; any loss."""
    times = {name: settings_of(Clocks)[name].default for name in (*TICKS, "timed", "losses")}
    return config.but(**times, isn_a="fresh", isn_b="fresh", isns_apart="W+window+1")


def repeated(config: Config, limits: Limits, progress: OnProgress) -> Iterator[Searched]:
    """Timed searches with repeated numbers; the sets that end soon are apart from those that do not."""
    rest = (TIME_WAIT, QUIET, ALONE)
    for base in ({IN_ORDER}, {LINGERS}, set[str]()):
        network = assuming(config.but(abort_to="TIME-WAIT" if LINGERS in base else "CLOSED"))
        starts = {more | base: start(config, more | base) for more in subsets(rest)}
        wanted = {assumed: kept_out(network, words(assumed), at) for assumed, at in starts.items()}
        system = network.system(*wanted.values(), starts=list(starts.values()))
        found = explore(system, limits=limits, progress=progress)
        yield Searched(network, system, {assumed: found[prop.name] for assumed, prop in wanted.items()})


def smallest(config: Config, limits: Limits, name: str) -> tuple[int | None, Effort]:
    """The smallest safe value of time_wait or quiet_time, in ticks, everything else but fresh numbers being assumed.

    None if there is none up to `longest` from which on all are safe.
    """
    most = longest(config)
    network = assuming(config.but(quiet_time=most))
    full = start(network.config, frozenset(ALL)) | {"time_wait": 2 * config.msl}
    starts = {ticks: {**full, name: ticks} for ticks in range(most + 1)}
    wanted = {ticks: kept_out(network, f"{name} {ticks}", at) for ticks, at in starts.items()}
    found = explore(network.system(*wanted.values(), starts=list(starts.values())), limits=limits)
    safe = [
        ticks for ticks in starts if all(found[wanted[t].name].answer is Answer.HOLDS for t in range(ticks, most + 1))
    ]
    return min(safe, default=None), next(iter(found.values())).effort


def longest(config: Config) -> int:
    """Ticks in which an old SYN, all answers to it and one tick more pass; 2 MSL and a tick at least."""
    return max(2 * config.delay + (config.retransmissions or 0) * config.rto, 2 * config.msl) + 1


def start(config: Config, assumed: AssumptionSet) -> dict[str, int]:
    """The values of the variables that stand for assumptions."""
    return {
        "time_wait": config.time_wait_ticks if TIME_WAIT in assumed else 0,
        "quiet_time": config.quiet_time if QUIET in assumed else 0,
        "in_order": IN_ORDER in assumed,
        "alone": ALONE in assumed,
    }


def minimal(sets: Sequence[AssumptionSet]) -> list[AssumptionSet]:
    """Those of which no other one is a part."""
    return [one for one in sets if not any(other < one for other in sets)]


def maximal(sets: Sequence[AssumptionSet]) -> list[AssumptionSet]:
    """Those that are a part of no other one."""
    return [one for one in sets if not any(one < other for other in sets)]


def picture(search: Searched, assumed: AssumptionSet, label: str = "") -> Counterexample:
    """The run that shows that a set is insufficient; labelled by what is missing."""
    trace = search.verdicts[settled_by(assumed)].run
    assert trace is not None, "an insufficient set has a run"
    sentence = phrased("No segment of an old incarnation is accepted, given: {assumed}.", assumed=words(assumed))
    prop = replace(no_old_segment_accepted(search.network), sentence=sentence)
    missing = words(frozenset(ALL) - assumed)
    return Counterexample(label or phrased("without {what}", what=missing), search.network, search.system, trace, prop)


def words(assumed: AssumptionSet) -> str:
    """A set in words, in the order of ALL."""
    return listed((name for name in ALL if name in assumed), SEMICOLON) or marked("nothing")


def sets_table(
    config: Config, least: list[AssumptionSet], most: list[AssumptionSet], answers: Mapping[AssumptionSet, Outcome]
) -> Table:
    """Both kinds of sets, a row each."""
    rows = [(marked("minimal sufficient"), words(assumed), "") for assumed in least]
    for assumed in most:
        trace = answers[settled_by(assumed)].run
        assert trace is not None, "an insufficient set has a run"
        rows.append((marked("maximal insufficient"), words(assumed), str(len(trace.steps))))
    note = marked(
        "Of {count} sets; no text, no loss; quiet time is {quiet} ticks; MSL is {msl}, D is {delay}, RTO is {rto}."
    )
    times = {name: getattr(config, name) for name in ("msl", "delay", "rto")}
    return Table(
        marked("What keeps old segments out"),
        (marked("set"), marked("assumptions"), marked("steps to an old segment accepted")),
        tuple(rows),
        (
            phrased(note, count=2 ** len(ALL), quiet=config.quiet_time, **times),
            marked("The untimed search for fresh ISNs, W+window+1 apart, is made once for all variants."),
        ),
    )


def times_table(config: Config, least: Mapping[str, int | None]) -> Table:
    """How long TIME-WAIT and quiet time have to be, by the field's name."""
    words = {"time_wait": "TIME-WAIT", "quiet_time": QUIET}
    more, again = phrased("more than {count}", count=longest(config)), config.retransmissions == 1
    rows = [(words[name], more if ticks is None else str(ticks)) for name, ticks in least.items()]
    answer, later = 2 * config.delay + 1, 2 * config.delay + config.rto + 1
    sums = least["time_wait"] == answer and least["quiet_time"] == later and again
    times = {name: getattr(config, name) for name in ("msl", "delay", "rto")}
    note = phrased("No text, no loss; MSL is {msl}, D is {delay}, RTO is {rto}.", **times)
    if sums:
        said = marked("2 D + 1: a segment, and the answer to it; RTO more if the answer is sent again.")
        note = phrased("{one} {other}", one=said, other=note)
    return Table(
        marked("The smallest that keep old segments out, in ticks, all other assumptions but fresh ISNs being made"),
        ("", marked("ticks")),
        tuple(rows),
        (note,),
    )


def together(efforts: Sequence[Effort]) -> Effort:
    """Several searches as one."""
    touched: dict[str, int] = {}
    for effort in efforts:
        for bound, count in effort.touched.items():
            touched[bound] = touched.get(bound, 0) + count
    return Effort(
        states=sum(e.states for e in efforts),
        transitions=sum(e.transitions for e in efforts),
        depth=max(e.depth for e in efforts),
        complete=all(e.complete for e in efforts),
        limit=next((e.limit for e in efforts if e.limit), ""),
        touched=touched,
        compile_seconds=sum(e.compile_seconds for e in efforts),
        seconds=sum(e.seconds for e in efforts),
        problems=tuple(problem for e in efforts for problem in e.problems),
    )


ASSUMPTIONS = (
    Claim(
        name="sufficient-assumptions",
        settles=("S8",),
        sentence=(
            "Segments of an old connection are kept out without fresh ISNs by TIME-WAIT, a quiet time that outlasts"
            " every answer to an old SYN, and orderly endings together."
        ),
        cite="3.4.1; 3.4.3; 3.6; RFC 1185, appendix",
        meaning=(
            "A study of no-old-segment-accepted: all minimal sufficient sets of six assumptions, and a"
            " counterexample for each maximal insufficient one. 'No ABORT, reset or give-up': a connection ends in"
            " order or by a crash, and nobody calls CLOSE before it is open. 'No half-open peer': nobody opens"
            " actively while the other side keeps the TCB of an earlier incarnation. Fresh ISNs suffice alone."
            " Without them three are needed, and a finding: a quiet time of one MSL, as the RFC has it, is not"
            " enough, nor is 2 MSL. An old SYN travels for D, the side that takes it believes in its dead sender and"
            " answers, once more after RTO (one retransmission here), and that answer travels for D: the next"
            " incarnation, under the same number, takes it for its own. So quiet time has to be RTO + 2 D + 1 ticks,"
            " TIME-WAIT 2 D + 1. It is the 2 MSL + H of no-old-segment-accepted: H is how long a TCB answers for a"
            " dead peer, and without a bound on it no quiet time is enough. A half-open peer does no harm then: what"
            " it says after H is no SYN,ACK. ABORT to TIME-WAIT is in no minimal set, since a reset or a give-up"
            " leaves no TIME-WAIT."
        ),
        question=Study(old_segments),
        cells=(
            Cell("quiet time of RTO + 2 D + 1", OLD_SEGMENTS.but(quiet_time=6), "holds", slow=True),
            Cell("quiet time of 2 MSL", OLD_SEGMENTS.but(quiet_time=4), "fails", slow=True),
            Cell("quiet time of one MSL", OLD_SEGMENTS, "fails", slow=True),
        ),
        not_checked=(
            "losses (repeated-isns-with-text); more than two incarnations, one crash and one retransmission of each"
            " side; other times than the table's, such as an RTO of at most 2 D, which is as a loss"
        ),
    ),
    Claim(
        name="repeated-isns-with-text",
        settles=("S8",),
        sentence=(
            "Without fresh ISNs, all the other assumptions keep segments of an old connection out also if text is"
            " sent, or one segment is lost."
        ),
        cite="3.4.1; 3.4.3; 3.6",
        meaning=(
            "A finding, and a limit of sufficient-assumptions, where nothing is lost and no text is sent: with a loss"
            " no TIME-WAIT is long enough, since the passive closer has none. The third segment is lost, so B's"
            " SYN,ACK is sent again, late; meanwhile A's FIN acknowledges it, and both close. A, which has been in"
            " LAST-ACK, opens again at once under its number, and takes the late SYN,ACK for its own. With text but no"
            " loss it holds."
        ),
        question=Study(all_together),
        cells=(
            Cell("text, no loss", OLD_WITH_TEXT.but(losses=0), "holds"),
            Cell("a loss, no text", OLD_WITH_TEXT.but(octets=0), "fails"),
            Cell("text and a loss", OLD_WITH_TEXT, "fails"),
        ),
        not_checked="more than one octet, one loss, one crash of each side and one retransmission; other times",
    ),
)
