"""The claims about a server's table (S3): ghosts, live clients, floods, and peers that die after the handshake."""

from __future__ import annotations

from properties import table
from properties.claim import Cell, Claim, Infinite, Safety
from properties.configs import (
    DEAD_PEER,
    DEAD_PEER_TOLD,
    ENDLESS_FLOOD,
    FLOOD,
    FLOOD_OF_THREE,
    FORGED,
    FORGED_TEXT,
    FULL,
    FULL_OF_TWO,
    GHOST,
)

PATIENT = "timers that expire while a segment is on its way (patient timers stand for RTO above the round trip)"

TABLE = (
    Claim(
        name="ghosts-release-slots",
        settles=("S3",),
        sentence="A slot of the server's table that is held for a ghost is free in the end.",
        cite="3.5, Figure 8; 3.8.3; RFC 4987, 3.3",
        meaning=(
            "A ghost: the slot is open or in SYN-RECEIVED for a peer that is dead and has never accepted the"
            " server's SYN. Three-way the client's reset frees the slot, since the SYN,ACK is sent again until"
            " something comes back; only a host that answers nothing at all needs the SYN-RECEIVED timeout. Two-way"
            " one lost segment is enough: the server is ESTABLISHED, has nothing to send, and nothing ever happens"
            " again."
        ),
        question=Infinite(table.ghosts_release_slots, witness=(table.ghost_in_the_table,)),
        cells=(
            Cell("three-way", GHOST, "holds"),
            Cell("three-way, a host that answers nothing", FORGED, "holds"),
            Cell("two-way", GHOST.each(handshake="two-way"), "fails"),
            Cell("no SYN-RECEIVED timeout, a host that answers nothing", FORGED.each(gives_up_syn="none"), "fails"),
        ),
        not_checked=f"{PATIENT}; more than one loss; keep-alives",
    ),
    Claim(
        name="live-client-is-served",
        settles=("S3",),
        sentence="With a table that stale SYNs can fill, a client that keeps trying is served in the end.",
        cite="3.5, Figure 8; 3.8.3",
        meaning=(
            "The ghost's harm: two-way it holds its slot for ever, and each SYN of the live client is dropped."
            " Three-way the slot comes back. Two conditions: who has been served leaves, and the client has something"
            " to send; a silent client whose ACK is lost is ESTABLISHED towards a server that has timed out"
            " SYN-RECEIVED, and neither will ever know."
        ),
        question=Infinite(table.live_client_is_served, witness=(table.client_is_refused,)),
        cells=(
            Cell("three-way", FULL, "holds"),
            Cell("three-way, two slots", FULL_OF_TWO, "holds"),
            Cell("two-way", FULL.each(handshake="two-way"), "fails"),
            Cell("two-way, two slots", FULL_OF_TWO.each(handshake="two-way"), "fails"),
        ),
        not_checked=f"{PATIENT}; a client that gives up trying; tables of more than two slots",
    ),
    Claim(
        name="flood",
        settles=("S3", "S6"),
        sentence="A client that keeps trying is served in the end although forged SYNs fill the table.",
        cite="3.8.3; RFC 4987, 2.2, 3.3, 3.6",
        meaning=(
            "An attacker without a return path: nothing that the server sends reaches it. If it sends finitely many"
            " SYNs the client waits until the SYN-RECEIVED timeout; without that timeout, or if the attacker never"
            " stops, it may wait for ever. With SYN cookies LISTEN keeps nothing, and the client is served though the"
            " attack has no end. Three segments protect the user from ghosts, not the table from floods."
        ),
        question=Infinite(table.flood, witness=(table.client_is_refused,)),
        cells=(
            Cell("finite flood", FLOOD, "holds"),
            Cell("finite flood, backlog of one", FLOOD.but(backlog=1), "holds"),
            Cell("finite flood, three slots", FLOOD_OF_THREE, "holds"),
            Cell("finite flood, no SYN-RECEIVED timeout", FLOOD.each(gives_up_syn="none"), "fails"),
            Cell("three slots, no SYN-RECEIVED timeout", FLOOD_OF_THREE.each(gives_up_syn="none"), "fails"),
            Cell("endless flood", ENDLESS_FLOOD, "fails"),
        ),
        not_checked=f"{PATIENT}; how long the client waits",
    ),
    Claim(
        name="cookies-withstand-a-flood",
        settles=("S3", "S6"),
        sentence="With SYN cookies a client that keeps trying is served although forged SYNs never end.",
        cite="RFC 4987, 3.6",
        meaning=(
            "LISTEN answers a SYN and keeps nothing; the ACK of its SYN,ACK rebuilds the TCB. What cookies give up:"
            " the SYN,ACK is never sent again, so a silent client whose ACK is lost is never served; and an ACK of"
            " the client's last incarnation may open the server (agreement fails)."
        ),
        question=Infinite(table.cookies_withstand_a_flood, witness=(table.client_is_served_during_the_attack,)),
        cells=(
            Cell("cookies", ENDLESS_FLOOD.each(syn_cookies=True), "holds"),
            Cell("a TCB for each SYN", ENDLESS_FLOOD, "fails"),
        ),
        not_checked=f"{PATIENT}; how a cookie is computed (here the ISN on offer plus IRS)",
    ),
    Claim(
        name="forged-text-held",
        settles=("S6",),
        sentence="An attacker without a return path cannot make the server hold or deliver text.",
        cite="3.10.7.2, third; RFC 4987, 2.2",
        meaning=(
            "Why the first segment should carry no data: the text of a forged SYN costs the server memory if it is"
            " queued, as the RFC has it, and time as well if it is accepted. This is data-on-syn-held with the"
            " attacker whom the explainer has in mind."
        ),
        question=Safety(table.forged_text_held, witness=(table.ghost_in_the_table,)),
        cells=(
            Cell("dropped", FORGED_TEXT.each(data_on_syn="dropped"), "holds"),
            Cell("queued, as the RFC", FORGED_TEXT, "fails"),
            Cell("accepted", FORGED_TEXT.each(data_on_syn="accepted"), "fails"),
        ),
        not_checked="more than one forged SYN and one octet: the property is about each of them",
    ),
    Claim(
        name="forged-text-delivered",
        settles=("S6",),
        sentence="An attacker without a return path cannot make the server deliver text.",
        cite="3.10.7.2, third; RFC 4987, 2.2",
        meaning=(
            "What the RFC's queue is worth: the text of a forged SYN is never delivered, since the ACK that would"
            " release it must carry a number that the attacker never sees. Accepted at once, it is."
        ),
        question=Safety(table.forged_text_delivered, witness=(table.ghost_in_the_table,)),
        cells=(
            Cell("dropped", FORGED_TEXT.each(data_on_syn="dropped"), "holds"),
            Cell("queued, as the RFC", FORGED_TEXT, "holds"),
            Cell("accepted", FORGED_TEXT.each(data_on_syn="accepted"), "fails"),
        ),
        not_checked="an attacker that guesses the server's number",
    ),
    Claim(
        name="dead-peer-releases-slot",
        settles=("S3",),
        sentence="The slot of a client that died after the handshake is free in the end, if the server sends to it.",
        cite="3.5.1, Figure 10; 3.8.4",
        meaning=(
            "What S3 does not say: a peer that dies after the handshake was no ghost, and its slot is held for ever,"
            " three-way as well as two-way, if the server has nothing to say (keep-alives are optional). If it has,"
            " the first segment after the death draws a reset (Figure 10). A finding: text sent before the death does"
            " not help, since the dead peer's last words may have acknowledged it."
        ),
        question=Infinite(table.dead_peer_releases_slot, witness=(table.dead_peer_in_the_table,)),
        cells=(
            Cell("three-way, the server sends", DEAD_PEER_TOLD, "holds"),
            Cell("two-way, the server sends", DEAD_PEER_TOLD.each(handshake="two-way"), "holds"),
            Cell("three-way, nothing to send", DEAD_PEER, "fails"),
            Cell("two-way, nothing to send", DEAD_PEER.each(handshake="two-way"), "fails"),
        ),
        not_checked=f"{PATIENT}; keep-alives; a host that answers nothing after its crash",
    ),
)
