"""SEGMENT ARRIVES of the model against the decision table of RFC 9293, 3.10.7, at 32 bits.

Every state with a wrapping TCB and every segment under the default options; and, for each option varied, random
segments at every kind of TCB. `-m long` compares all kinds of segments with all kinds of TCBs (800,000 pairs).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.tcp.state import STATES
from tests.arrivals import ORIGINS, RFC, VARIANTS, Drawn, Model, disagreement, segments, tcbs
from tests.decision_table import Segment, Tcb, segment_arrives
from tests.strategies import exact
from tests.strategies import segments as drawn

WRAPS = ORIGINS[1]
ISN = 2**32 - 1

variants = pytest.mark.parametrize("variant", VARIANTS)


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    """The model under each variant; its states are prepared when they are first used."""
    return {name: Model(options) for name, options in VARIANTS.items()}


@pytest.mark.parametrize("state", STATES)
def test_every_segment(models: dict[str, Model], state: str) -> None:
    """All kinds of segments at all positions; one TCB of each state, whose numbers wrap around."""
    tcb = tcbs(state, [WRAPS])[0]
    differ = [disagreement(models["default"], tcb, x, ISN) for x in segments(RFC, tcb)]
    assert len(differ) > 2000
    assert not any(differ), next(filter(None, differ))


@pytest.mark.parametrize("state", STATES)
@exact(10)
@given(x=drawn, isn=st.sampled_from([0, 77, ISN]))
def test_every_tcb(models: dict[str, Model], state: str, x: Drawn, isn: int) -> None:
    """Random segments at every kind of TCB, under the default options and with each option varied."""
    for model, tcb in product(models.values(), tcbs(state)):
        different = disagreement(model, tcb, x.at(model.options, tcb), isn)
        assert not different, different


@pytest.mark.long
@variants
@pytest.mark.parametrize("state", STATES)
def test_everything(models: dict[str, Model], variant: str, state: str) -> None:
    """Every fifth segment at every kind of TCB, under every variant, where numbers wrap around."""
    for tcb in tcbs(state, [WRAPS]):
        for x in segments(VARIANTS[variant], tcb)[::5]:
            different = disagreement(models[variant], tcb, x, ISN)
            assert not different, different


TWO_WAY = replace(RFC, handshake="two-way", window=0)
SYN_SENT, WITH_TEXT = Tcb("SYN-SENT", 100, 101, 100), Segment(syn=True, ack=True, seq=300, ackno=101, text=1)


def test_the_one_known_difference() -> None:
    """Two-way, a zero window and text on the SYN,ACK: the model acknowledges, the table says nothing.

    RFC 9293 has no two-way handshake; with any window the two agree.
    """
    model = Model(TWO_WAY)
    assert segment_arrives(TWO_WAY, SYN_SENT, WITH_TEXT, ISN).reply is None
    assert [reply for _, reply, _ in model.arrives(SYN_SENT, WITH_TEXT, ISN)] == [Segment(ack=True, seq=101, ackno=301)]
    for state in STATES:
        tcb = tcbs(state, [WRAPS])[0]
        different = [x for x in segments(TWO_WAY, tcb)[::5] if disagreement(model, tcb, x, ISN)]
        assert bool(different) == (state == "SYN-SENT")
        assert all(x.syn and x.ack and (x.text or x.fin) for x in different)


def test_a_disagreement_is_shown_with_everything_that_it_takes_to_repeat_it() -> None:
    shown = disagreement(Model(TWO_WAY), SYN_SENT, WITH_TEXT, ISN)
    for part in (str(TWO_WAY), str(SYN_SENT), str(WITH_TEXT), "model: SYN,ACK arrives", "table: 3.10.7.3 fourth"):
        assert part in shown


def test_the_ack_of_a_cookie() -> None:
    """RFC 4987, 3.6: ACK numbers about ISN + SEQ, which the positions above never meet; with text and FIN too."""
    model, listening, origins = Model(VARIANTS["syn_cookies"]), Tcb("LISTEN"), [0, 5, 900, 2**32 - 1]
    opened = 0
    for isn, seq, at, controls in product(origins, origins, range(-2, 3), product((False, True), repeat=4)):
        syn, ack, fin, rst = controls
        for text in (0, 1, model.options.window, model.options.window + 1):
            x = Segment(syn, ack, fin, rst, seq, (isn + seq + at) % 2**32 if ack else 0, text)
            assert not disagreement(model, listening, x, isn)
            opened += model.arrives(listening, x, isn)[0][2].state in ("ESTABLISHED", "CLOSE-WAIT")
    assert opened == len(origins) ** 2 * 2 * 4
