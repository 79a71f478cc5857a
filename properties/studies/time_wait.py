"""How long TIME-WAIT has to be: the smallest safe length for each delay bound and retransmission timeout.

The times are variables that no rule changes, with an initial state for each case, so one search serves a whole table.
It stops each run where the passive closer's connection ends.
A length is safe if the passive closer is never reset although one segment may be lost (claim last-ack-answered).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.core.answer import NO_LIMITS, Answer, Counterexample, Effort, Limits, OnProgress, Outcome, Table
from model.network.bounded import Network
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.words.language import listed, marked, phrased
from properties.claim import Cell, Claim, Study
from properties.configs import (
    THRESHOLD,
)
from properties.studies.study import concluded, explore, unsettled
from properties.time_wait import TIMES, UntilItEnds, all_at_once, cases, last_ack_answered

LONGEST = 4


@dataclass(frozen=True)
class Thresholds:
    """The smallest safe TIME-WAIT by delay bound and retransmission timeout, in ticks. why: what left it open."""

    smallest: dict[tuple[int, int], int]
    effort: Effort
    why: str = ""

    def worst(self, msl: int) -> tuple[int, int]:
        """The delay bound below `msl` and the timeout up to it that need the longest TIME-WAIT."""
        return max((at for at in self.smallest if at[0] < msl and at[1] <= msl), key=lambda at: self.smallest[at])


def threshold(config: Config, limits: Limits, progress: OnProgress) -> Outcome:
    """Whether 2 MSL suffices for RTO =< MSL and D < MSL, for each MSL from 2 ticks to the configuration's.

    Its other times are not used.
    """
    fits = config.timed and config.start == "half-closed" and config.incarnations == 1
    if not fits or not 2 <= config.msl <= LONGEST:
        needs = "timed=true, start=half-closed, incarnations=1"
        raise BadConfig(f"this study needs {needs}, msl from 2 to {LONGEST}")
    found = thresholds(config, limits, progress)
    if found.why:
        return unsettled("threshold", found.effort, found.why)
    short = [msl for msl in range(2, config.msl + 1) if found.smallest[found.worst(msl)] > 2 * msl]
    tables = (lengths(found, config), comparison(found, config))
    runs = counterexample(found, config, short, limits)
    return concluded("threshold", bool(short), found.effort, tables, runs)


def thresholds(config: Config, limits: Limits = NO_LIMITS, progress: OnProgress | None = None) -> Thresholds:
    """Search for delay bounds and timeouts up to the configuration's MSL."""
    wanted = list(cases(config.msl))
    found = explore(all_at_once(UntilItEnds(config, TIMES), wanted), limits=limits, progress=progress)
    effort = next(iter(found.values())).effort
    if effort.limit or "channel full" in effort.touched:
        return Thresholds({}, effort, effort.limit or marked("a segment found the channel full: raise capacity"))
    smallest = {}
    for delay, rto in dict.fromkeys(case[:2] for case in wanted):
        safe = {t: found[f"{d} {r} {t}"].answer is Answer.HOLDS for d, r, t in wanted if (d, r) == (delay, rto)}
        least = min((t for t in safe if all(safe[s] for s in safe if s >= t)), default=None)
        if least is None or least == min(safe):
            said = marked("delay {delay}, rto {rto}: the searched lengths do not enclose the threshold")
            return Thresholds({}, effort, phrased(said, delay=delay, rto=rto))
        smallest[delay, rto] = least
    return Thresholds(smallest, effort)


def lengths(found: Thresholds, config: Config) -> Table:
    """Rows are delay bounds, columns retransmission timeouts."""
    ticks = range(1, config.msl + 1)
    letter = marked("not restarted (the RFC's letter)")
    how = marked("restarted by a retransmitted FIN") if config.time_wait_restart else letter
    how = listed([how, *([marked("B may send text before its FIN")] if config.octets else [])])
    rows = ((f"D={d}", *(str(found.smallest[d, rto]) for rto in ticks)) for d in ticks)
    sums = [k for k in (1, 2) if all(least == rto + k * d + 1 for (d, rto), least in found.smallest.items())]
    reach = marked(
        "D is the delay bound; at most {losses} segment is lost. Shown unsafe one tick below, and safe from there up to"
        " RTO + 2 D + 2."
    )
    sums_said = (f"RTO + {'2 ' if k == 2 else ''}D + 1" for k in sums)
    notes = [phrased("Everywhere it is {sum}.", sum=said) for said in sums_said]
    return Table(
        phrased("Smallest safe TIME-WAIT in ticks, {how}", how=how),
        ("", *(f"RTO={rto}" for rto in ticks)),
        tuple(rows),
        (*notes, phrased(reach, losses=config.losses)),
    )


def comparison(found: Thresholds, config: Config) -> Table:
    """For each MSL what is needed, and whether 2 MSL is that much; also if segments live for the whole MSL."""
    rows = []
    for msl in range(2, config.msl + 1):
        delay, rto = found.worst(msl)
        need, beyond = found.smallest[delay, rto], max(found.smallest[msl, r] for r in range(1, msl + 1))
        enough = marked("suffices") if need <= 2 * msl else marked("is not enough")
        rows.append((str(msl), str(2 * msl), f"{need} (D={delay}, RTO={rto})", enough, str(beyond)))
    return Table(
        marked("Is 2 MSL enough?"),
        (
            *("MSL", "2 MSL", marked("needed for RTO =< MSL, D < MSL"), marked("so 2 MSL")),
            marked("needed if D = MSL"),
        ),
        tuple(rows),
    )


def counterexample(found: Thresholds, config: Config, short: list[int], limits: Limits) -> tuple[Counterexample, ...]:
    """What happens at 2 MSL where that is not enough; else what happens one tick below the threshold."""
    msl = short[0] if short else config.msl
    delay, rto = found.worst(msl)
    ticks = 2 * msl if short else found.smallest[delay, rto] - 1
    network = Network(config.but(msl=msl, delay=delay, rto=rto, time_wait=str(ticks)))
    sentence = phrased(
        "The passive closer ends in order with MSL {msl}, RTO {rto}, D {delay} and TIME-WAIT {ticks} ticks.",
        msl=msl,
        rto=rto,
        delay=delay,
        ticks=ticks,
    )
    prop = replace(last_ack_answered(network), sentence=sentence)
    system = network.system(prop)
    run = explore(system, limits=limits)[prop.name].run
    return (
        (Counterexample(marked("2 MSL") if short else marked("one tick less"), network, system, run, prop),)
        if run
        else ()
    )


THRESHOLDS = (
    Claim(
        name="time-wait-threshold",
        settles=("S8",),
        sentence="2 MSL suffices for every RTO up to MSL and every delay below MSL, if B sends nothing but its FIN.",
        cite="3.4.3; 3.6 (MUST-13); 3.10.8",
        meaning=(
            "A study: for each delay bound D and retransmission timeout RTO it searches for the smallest TIME-WAIT"
            " with which the passive closer is never reset although one segment may be lost (last-ack-answered), up"
            " to MSL = 4. Each entry is shown unsafe one tick below, and safe from there up to RTO + 2 D + 2; a run"
            " stops where the passive closer's connection ends. If a retransmitted FIN restarts TIME-WAIT it is RTO +"
            " D + 1, so 2 MSL suffices for RTO =< MSL and D < MSL, and one tick less does not. By the RFC's letter a"
            " retransmitted FIN fails the sequence number check and restarts nothing; then 2 MSL is not enough,"
            " already at MSL = 2, RTO = 2, D = 1. If a segment may live for the whole MSL (D = MSL), 2 MSL is one"
            " tick short even if restarted. If B sends text before its FIN, it is RTO + 2 D + 1 (up to MSL = 3), and"
            " 2 MSL is not enough either."
        ),
        question=Study(threshold),
        cells=(
            Cell("restarted", THRESHOLD, "holds", slow=True),
            Cell("not restarted", THRESHOLD.but(time_wait_restart=False), "fails", slow=True),
            Cell("restarted, text before the FIN", THRESHOLD.but(octets=1, msl=3, capacity=10), "fails", slow=True),
        ),
        not_checked="an MSL of more than 4 ticks; a TIME-WAIT of more than RTO + 2 D + 2 ticks; more than one loss",
    ),
)
