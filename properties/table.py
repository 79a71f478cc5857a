"""A server can hold only so many connections: what ghosts, floods and dead peers do to its table (S3).

The first 4-tuple is the one that may hold a slot in vain, the last one has the client that wants to be served.
"""

from __future__ import annotations

from dataclasses import replace

import z3

from model.core.property import LeadsTo, Live, Property, always, sometimes, step
from model.network.bounded import NO_TCB, Network
from model.network.connection import Connection
from model.network.server import Server
from model.tcp.state import STATES
from properties.data import data_on_syn_delivered, data_on_syn_held
from properties.fair_server import Calls, protocol, willing
from properties.predicates import counts_syn_acknowledged, half_open, peer_dead, peer_has_heard


def held_for_a_ghost(connection: Connection) -> z3.BoolRef:
    """The slot is held for a peer that is dead and was never heard to accept: as in half-open, or in SYN-RECEIVED."""
    end = connection.server
    waiting = z3.And(end.state_is("SYN-RECEIVED"), peer_dead(connection, end))
    return z3.Or(half_open(connection, end), waiting)


def ghosts_release_slots(server: Server) -> Live:
    """S3: no slot is held for a ghost for ever."""
    ghost = held_for_a_ghost(server.connections[0])
    prop = LeadsTo("ghosts-release-slots", ghost, z3.Not(ghost), "the slot that a ghost holds is free in the end")
    return Live(prop, [protocol(server)])


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
        prop, [protocol(server), trying, willing(server, "who is served closes, and then the server", *leaving)]
    )


def dead_peer_releases_slot(server: Server) -> Live:
    """RFC 9293, Figure 10: a peer that has died after the handshake is found out, if there is anything to send to it.

    To be sent after its death: text sent before may have been acknowledged by the last words of the dead.
    """
    return _outlives_peer(server, server.connections[0].config.octets > 0)


def text_sent_releases_slot(server: Server) -> Live:
    """Not so: it would do that the server has text to send at all, whenever it sends it."""
    return _outlives_peer(server, unsent_only=False)


def _outlives_peer(server: Server, unsent_only: bool) -> Live:
    connection = server.connections[0]
    end = connection.server
    held = z3.And(end.state_is("ESTABLISHED"), peer_dead(connection, end), peer_has_heard(end))
    sentence = "the slot of a client that has died after the handshake is free in the end"
    prop = LeadsTo(
        "dead-peer-releases-slot",
        z3.And(held, has_more_to_send(connection)) if unsent_only else held,
        z3.Not(end.state_is("ESTABLISHED")),
        sentence + (", if the server has something to send then" if unsent_only else ""),
    )
    sending = willing(server, "the server's user sends what it has to send", (end.name, "SEND", ""))
    return Live(prop, [protocol(server), sending])


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


def cookie_confirms_the_client(network: Network) -> Property:
    """S4 with SYN cookies, for the listening side only: when it is open, its peer has accepted its SYN.

    The client's side of it fails by intention: it is ESTABLISHED while the server keeps nothing.
    """
    side = network.sides[network.names[1]]
    term = z3.Implies(counts_syn_acknowledged(side), peer_has_heard(side))
    return always("cookie-confirms-the-client", term)


# -- witnesses: the premises happen --


def ghost_in_the_table(server: Server) -> Property:
    """The first slot is held for a ghost."""
    return sometimes("a ghost holds a slot", held_for_a_ghost(server.connections[0]))


def client_is_refused(server: Server) -> Property:
    """The table has no room for the client that wants to be served, and its SYN has arrived."""
    wanting = server.connections[-1]
    inbox = wanting.channels[0]
    present, x, _ = inbox.layout.unpack(inbox.slots[0].term)
    arrived = z3.And(wanting.client.state_is("SYN-SENT"), wanting.server.state_is("LISTEN"), present, x.syn)
    return sometimes(
        "the SYN of a live client meets a full table", z3.And(arrived, z3.Not(server.room("SYN-RECEIVED")))
    )


def client_is_served_during_the_attack(server: Server) -> Property:
    """The client is connected, and a forged SYN is on its way."""
    wanting, attacked = server.connections[-1], server.connections[0]
    ends = [side.state_is("ESTABLISHED") for side in (wanting.client, wanting.server)]
    under_way = z3.Not(attacked.channels[0].empty)
    return sometimes("a client is served during the attack", z3.And(*ends, under_way))


def dead_peer_in_the_table(server: Server) -> Property:
    """A client has died after the handshake; if the server has text to send at all, some is left."""
    connection = server.connections[0]
    end = connection.server
    dead = z3.And(end.state_is("ESTABLISHED"), peer_dead(connection, end), peer_has_heard(end))
    more = has_more_to_send(connection) if connection.config.octets else z3.BoolVal(True)
    return sometimes("a peer that died after the handshake holds a slot", z3.And(dead, more))


def forged_text_is_held(server: Server) -> Property:
    """The text of a forged SYN waits in the table."""
    held = [c.server.tcb.syn_text != 0 for c in server.connections if c.client.name.startswith("X")]
    return sometimes("the table holds text of a forged SYN", z3.Or(*held))


# -- an assumption that recurring initial sequence numbers are checked against --


def recurring_numbers_are_fresh(server: Server) -> Property:
    """No client's connection begins with a number that a segment on its way carries as SEQ or ACK, or that the other
    side's TCB goes by: none is within W after it or a window before it. (A cookie is on its way before it is chosen.)
    """
    parts = {
        f"{name} chooses a number that is not in use": _chosen_afresh(connection, name)
        for connection in server.connections
        for name, side in connection.sides.items()
        if connection.has_role(side, connection.config.recurring) and connection.client.name.startswith("C")
    }
    return step("recurring-numbers-are-fresh", parts=parts)


def _chosen_afresh(connection: Connection, name: str) -> z3.BoolRef:
    side = connection.sides[name]
    other, iss, c = connection.other(side), side.tcb_vars["iss"].next, connection.config
    known = z3.Not(other.state_is("CLOSED", "LISTEN", "SYN-SENT"))
    used = [(known, other.tcb.rcv_nxt)]
    for channel in connection.channels:
        for slot in channel.slots:
            present, x, _ = channel.layout.unpack(slot.term)
            own = channel.source == name
            used.append((z3.And(present, True if own else x.ack), x.seq if own else x.ackno))
    near = [z3.And(meant, z3.ULT(number - iss + c.window - 1, c.isn_distance + c.window - 1)) for meant, number in used]
    begins = [side.state_var.next != STATES.index(state) for state in NO_TCB]
    chosen = z3.And(side.state_is(*NO_TCB), *begins)
    return z3.Implies(chosen, z3.Not(z3.Or(*near)))
