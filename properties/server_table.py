"""A server can hold only so many connections: what ghosts, floods and dead peers do to its table (S3).

The first 4-tuple is the one that may hold a slot in vain, the last one has the client that wants to be served.
"""

from __future__ import annotations

from dataclasses import replace

import z3

from model.core.property import LeadsTo, Live, Property, sometimes
from model.network.connection import Connection
from model.network.server import Server
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
from properties.data import data_on_syn_delivered, data_on_syn_held
from properties.fair import Calls, protocol, willing
from properties.predicates import half_open


def held_for_a_ghost(connection: Connection) -> z3.BoolRef:
    """The slot is held for a peer that is dead and was never heard to accept: as in half-open, or in SYN-RECEIVED."""
    end = connection.server
    return z3.Or(half_open(connection, end), z3.And(end.state_is("SYN-RECEIVED"), connection.peer_dead(end)))


def ghosts_release_slots(server: Server) -> Live:
    """S3: no slot is held for a ghost for ever."""
    ghost = held_for_a_ghost(server.connections[0])
    prop = LeadsTo("ghosts-release-slots", ghost, z3.Not(ghost), "the slot that a ghost holds is free in the end")
    return Live(prop, [protocol(server)], "a ghost holds its slot for ever")


def live_client_is_served(server: Server) -> Live:
    """S3: a client that keeps trying is connected in the end, although stale SYNs take slots."""
    return _served(server, "live-client-is-served")


def flood(server: Server) -> Live:
    """S3, S6: likewise, although forged SYNs take slots."""
    return _served(server, "flood")


def cookies_withstand_a_flood(server: Server) -> Live:
    """Likewise, although they never end."""
    return _served(server, "cookies-withstand-a-flood")


def _served(server: Server, name: str) -> Live:
    """A client that keeps trying is connected in the end.

    It keeps trying: OPENs again whenever it is CLOSED, and it has something to say. Whoever else has been served
    leaves: its user closes, and the server's user closes after it.
    """
    wanting = server.connections[-1]
    others = [connection for connection in server.connections[:-1] if connection.client.name.startswith("C")]
    leaving: list[Calls] = [(c.client.name, "CLOSE", "") for c in others]
    leaving += [(c.server.name, "CLOSE", "CLOSE-WAIT") for c in others]
    client = wanting.client.name
    prop = LeadsTo(
        name,
        wanting.client.state_is("SYN-SENT"),
        z3.And(wanting.client.state_is("ESTABLISHED"), wanting.server.state_is("ESTABLISHED")),
        f"a client that keeps trying, {client}, is connected in the end",
    )
    trying = willing(server, f"{client} opens again and sends", (client, "active OPEN", ""), (client, "SEND", ""))
    return Live(
        prop,
        [protocol(server), trying, willing(server, "who is served closes, and then the server", *leaving)],
        f"{client} tries for ever, in vain",
    )


def dead_peer_releases_slot(server: Server) -> Live:
    """RFC 9293, Figure 10: a peer that has died after the handshake is found out, if there is anything to send to it.

    To be sent after its death: text sent before may have been acknowledged by the last words of the dead.
    """
    return outlives_peer(server, unsent_only=server.connections[0].config.octets > 0)


def outlives_peer(server: Server, unsent_only: bool) -> Live:
    """The slot of a dead peer is free in the end. unsent_only: only if there is something to send after its death."""
    connection = server.connections[0]
    end = connection.server
    held = z3.And(end.state_is("ESTABLISHED"), connection.peer_dead(end), connection.peer_has_heard(end))
    sentence = "the slot of a client that has died after the handshake is free in the end"
    prop = LeadsTo(
        "dead-peer-releases-slot",
        z3.And(held, has_more_to_send(connection)) if unsent_only else held,
        z3.Not(end.state_is("ESTABLISHED")),
        sentence + (", if the server has something to send then" if unsent_only else ""),
    )
    sending = willing(server, "the server's user sends what it has to send", (end.name, "SEND", ""))
    return Live(prop, [protocol(server), sending], "the slot of a client that has died is held for ever")


def has_more_to_send(connection: Connection) -> z3.BoolRef:
    """The server's user has not yet sent all its octets."""
    tcb = connection.server.tcb
    return z3.ULT(tcb.snd_nxt - tcb.iss - 1, connection.config.octets)


def forged_text_held(server: Server) -> Property:
    """S6: an attacker without a return path does not make the server hold text, nor deliver it."""
    return replace(data_on_syn_held(server), name="forged-text-held")


def forged_text_delivered(server: Server) -> Property:
    """S6: nor even deliver it."""
    return replace(data_on_syn_delivered(server), name="forged-text-delivered")


# -- witnesses: the premises happen --


def ghost_in_the_table(server: Server) -> Property:
    """The first slot is held for a ghost."""
    return sometimes("a ghost holds a slot", held_for_a_ghost(server.connections[0]))


def client_is_refused(server: Server) -> Property:
    """The table has no room for the client that wants to be served, and its SYN has arrived."""
    wanting = server.connections[-1]
    present, x, _ = wanting.channels[0].contents[0]
    arrived = z3.And(wanting.client.state_is("SYN-SENT"), wanting.server.state_is("LISTEN"), present, x.syn)
    return sometimes(
        "the SYN of a live client meets a full table", z3.And(arrived, z3.Not(server.room("SYN-RECEIVED")))
    )


def client_is_served_during_the_attack(server: Server) -> Property:
    """The client is connected, and a forged SYN is on its way."""
    wanting, attacked = server.connections[-1], server.connections[0]
    ends = [side.state_is("ESTABLISHED") for side in (wanting.client, wanting.server)]
    return sometimes("a client is served during the attack", z3.And(*ends, z3.Not(attacked.channels[0].empty)))


def dead_peer_in_the_table(server: Server) -> Property:
    """A client has died after the handshake; if the server has text to send at all, some is left."""
    connection = server.connections[0]
    end = connection.server
    dead = z3.And(end.state_is("ESTABLISHED"), connection.peer_dead(end), connection.peer_has_heard(end))
    more = has_more_to_send(connection) if connection.config.octets else z3.BoolVal(True)
    return sometimes("a peer that died after the handshake holds a slot", z3.And(dead, more))


PATIENT = "timers that expire while a segment is on its way (here none does, as if RTO exceeded the round trip)"
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
        question=Infinite(ghosts_release_slots, witness=(ghost_in_the_table,)),
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
        question=Infinite(live_client_is_served, witness=(client_is_refused,)),
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
        question=Infinite(flood, witness=(client_is_refused,)),
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
        question=Infinite(cookies_withstand_a_flood, witness=(client_is_served_during_the_attack,)),
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
        question=Safety(forged_text_held, witness=(ghost_in_the_table,)),
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
        question=Safety(forged_text_delivered, witness=(ghost_in_the_table,)),
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
        question=Infinite(dead_peer_releases_slot, witness=(dead_peer_in_the_table,)),
        cells=(
            Cell("three-way, the server sends", DEAD_PEER_TOLD, "holds"),
            Cell("two-way, the server sends", DEAD_PEER_TOLD.each(handshake="two-way"), "holds"),
            Cell("three-way, nothing to send", DEAD_PEER, "fails"),
            Cell("two-way, nothing to send", DEAD_PEER.each(handshake="two-way"), "fails"),
        ),
        not_checked=f"{PATIENT}; keep-alives; a host that answers nothing after its crash",
    ),
)
