"""The claims about text and TIME-WAIT: their shortest counterexamples, step by step where a reader should see them."""

from __future__ import annotations

from typing import Any

import pytest

from model.engines.explicit import search as explicit
from model.network.bounded import Network
from model.questions.answering import tasks_of
from model.questions.task import Task, TaskResult
from properties import configs
from properties.claims import find
from properties.data import DATA, at_most_once, data_on_syn_delivered
from tests.test_claims import judged

NAMES = (
    *(claim.name for claim in DATA if not claim.scenario),
    "nothing-lost-in-orderly-close",
    "half-close-data",
    "time-wait-assassination",
    "fin-restarts-nothing",
)
LENGTHS = {
    ("data-on-syn-held", "queued, as the RFC"): 4,
    ("data-on-syn-held", "accepted"): 4,
    ("data-on-syn-delivered", "accepted"): 4,
    ("data-on-syn-delivered", "server repeats its ISN"): 9,
    ("old-text-in-fin-wait-1", "ACK range not tested"): 10,
    ("old-text-in-fin-wait-1", "ISNs W+window apart"): 14,
    ("at-most-once", "accepted"): 7,
    ("at-most-once", "ISNs W+window apart"): 16,
    ("nothing-lost-in-orderly-close", "FIN taken out of order"): 7,
    ("half-close-data", "text after CLOSE discarded"): 5,
    ("time-wait-assassination", "RFC 9293"): 7,
    ("time-wait-assassination", "RST as in RFC 793"): 7,
    ("fin-restarts-nothing", "as the RFC means it"): 3,
}

pytestmark = pytest.mark.long


def failing() -> list[Task]:
    """The cells of these claims that must fail."""
    claims = [claim for name in NAMES if (claim := find(name))]
    return [task for task in tasks_of(claims) if task.expected == "fails"]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], TaskResult]:
    """The rows of the cells that must fail."""
    found = judged(failing(), tmp_path_factory.mktemp("out"))
    return {(row.task.claim.name, row.task.variant): row for row in found}


def steps(rows: dict[tuple[str, str], TaskResult], name: str, variant: str) -> list[dict[str, Any]]:
    """The steps of one counterexample."""
    found = rows[name, variant].steps
    assert found is not None
    return found


def test_shortest_counterexamples_have_these_lengths(rows: dict[tuple[str, str], TaskResult]) -> None:
    assert {key: len(row.steps or []) for key, row in rows.items()} == LENGTHS
    assert all(row.standing == "as claimed" for row in rows.values())


def test_old_text_is_delivered_to_an_unconfirmed_fin_wait_1(rows: dict[tuple[str, str], TaskResult]) -> None:
    """CLOSE in SYN-RECEIVED, then text with an ACK of the server's earlier incarnation."""
    run = steps(rows, "old-text-in-fin-wait-1", "ACK range not tested")
    assert [step["event"] for step in run if step["side"] == "B"] == [
        "passive OPEN",
        "LISTEN, SYN arrives",
        "crash in SYN-RECEIVED",
        "passive OPEN",
        "LISTEN, SYN arrives",
        "CLOSE in SYN-RECEIVED",
        "FIN-WAIT-1, ACK arrives",
    ]
    last = run[-1]["state"]
    assert (last["B.state"], last["B.incarnation"], last["B.heard"], last["B.fed"]) == ("FIN-WAIT-1", "2", "0", "1")


def test_a_fin_sent_again_is_enough_to_end_time_wait(rows: dict[tuple[str, str], TaskResult]) -> None:
    """No old duplicate is needed: the second FIN draws an ACK, the ACK a reset at RCV.NXT."""
    run = steps(rows, "time-wait-assassination", "RFC 9293")
    assert [(step["side"], step["event"]) for step in run] == [
        ("B", "CLOSE in CLOSE-WAIT"),
        ("A", "FIN-WAIT-2, ACK arrives; FIN"),
        ("B", "RETRANSMISSION of FIN in LAST-ACK"),
        ("A", "TIME-WAIT, unacceptable segment arrives"),
        ("B", "LAST-ACK, ACK of our FIN arrives"),
        ("B", "CLOSED, ACK arrives"),
        ("A", "TIME-WAIT, RST arrives"),
    ]


@pytest.mark.long
def test_with_two_segments_each_way_the_promises_of_the_rfc_hold_too() -> None:
    """Old SYN and old text under way at once: RFC 5961's range keeps both promises, without it both are broken."""
    for ack_range, answers in (("rfc5961", ["holds", "holds"]), ("off", ["violated", "violated"])):
        network = Network(configs.TWO_SEGMENTS.but(ack_range=ack_range))
        found = explicit.explore(network.system(data_on_syn_delivered(network), at_most_once(network)))
        assert [verdict.answer for verdict in found.values()] == answers
