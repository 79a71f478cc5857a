"""How often a FIN that has arrived is sent again, for each delay of the application that has to close as well."""

from __future__ import annotations

from dataclasses import replace

from model.core.answer import Answer, Counterexample, Limits, OnProgress, Outcome, Table
from model.core.property import Property
from model.core.system import System
from model.network.bounded import Network
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.words.language import marked, phrased
from properties.claim import Cell, Claim, Study
from properties.configs import (
    SLOW_APPLICATION,
)
from properties.needless import any_application_delay, sent_again
from properties.studies.study import concluded, explore, unsettled


def needless(config: Config, limits: Limits, progress: OnProgress) -> Outcome:
    """Whether A never sends its FIN again, for application delays up to the configuration's; and how often it does.

    Nothing is lost and D < RTO, so each retransmission of the FIN is needless.
    """
    longest, most = config.application_delay, config.retransmissions
    if not config.timed or config.losses != 0 or config.octets or config.delay >= config.rto or not longest or not most:
        raise BadConfig(
            "this study needs timed=true, losses=0, octets=0, delay < rto, and bounded application_delay"
            " and retransmissions"
        )
    network = any_application_delay(config)
    cases = [(ticks, count) for ticks in range(longest + 1) for count in range(1, most + 1)]
    wanted = {case: sent_again(network, *case) for case in cases}
    starts = [{**network.start(), "application_delay": ticks} for ticks in range(longest + 1)]
    system = network.system(*wanted.values(), starts=starts)
    found = explore(system, limits=limits, progress=progress)
    effort = found[wanted[cases[0]].name].effort
    if not effort.complete:
        return unsettled("needless", effort)
    counts = {ticks: sum(reached(found, wanted[ticks, n]) for n in range(1, most + 1)) for ticks in range(longest + 1)}
    runs = picture(network, system, wanted[longest, counts[longest]], found) if counts[longest] else ()
    return concluded("needless", bool(runs), effort, (counts_table(config, counts),), runs)


def reached(found: dict[str, Outcome], prop: Property) -> bool:
    """Whether a property was reached."""
    return found[prop.name].answer is Answer.REACHABLE


def picture(network: Network, system: System, prop: Property, found: dict[str, Outcome]) -> tuple[Counterexample, ...]:
    """The run with the most retransmissions."""
    trace = found[prop.name].run
    assert trace is not None, "what is reachable has a run"
    sentence = marked("A sends its FIN again and again although it has arrived: B holds its ACK back until it closes.")
    return (Counterexample(marked("most retransmissions"), network, system, trace, replace(prop, sentence=sentence)),)


def counts_table(config: Config, counts: dict[int, int]) -> Table:
    """A row of delays, and a row of counts."""
    limit = phrased("{count} is the most that was looked for", count=config.retransmissions)
    note = phrased("In ticks: D = {d}, RTO = {rto} (not doubled); nothing is lost.", d=config.delay, rto=config.rto)
    return Table(
        phrased("Needless retransmissions of a FIN at most, close={close}", close=config.close),
        (marked("application delay"), *map(str, counts)),
        ((marked("retransmissions"), *map(str, counts.values())),),
        (note, *([limit] if config.retransmissions in counts.values() else [])),
    )


RETRANSMISSIONS = (
    Claim(
        name="needless-retransmissions",
        settles=("S9",),
        sentence="However slow the application, a FIN that has arrived is not sent again.",
        cite="3.6; 3.10.7.4, eighth",
        meaning=(
            "A study: the most retransmissions of a FIN that has arrived, for each delay of the application that has"
            " to close as well. Acknowledged at once there is none. With ACK and FIN merged there are as many as the"
            " delay allows: (2 D + application delay) / RTO, rounded down."
        ),
        question=Study(needless),
        cells=(
            Cell("four-way", SLOW_APPLICATION.but(close="four-way"), "holds"),
            Cell("merged", SLOW_APPLICATION, "fails"),
        ),
        not_checked="doubling of the timeout (RFC 6298, 5.5), with which the number grows as the delay's logarithm",
    ),
)
