"""What each field of a configuration means, in a line."""

from __future__ import annotations

from collections.abc import Mapping

ABOUT: Mapping[str, str] = {
    "handshake": "three-way; two-way: LISTEN is ESTABLISHED by a SYN, and nobody acknowledges the SYN,ACK",
    "rst": "RST acceptable at RCV.NXT only (RFC 5961) or anywhere in the window (RFC 793); either: in proofs for"
    " every channel, a new choice each time",
    "syn": "SYN in a synchronized state: challenge ACK (RFC 5961) or reset (RFC 793); either: as rst",
    "ack_range": "RFC 5961's range for SEG.ACK (MAY-12): in every state, not in SYN-RECEIVED, or not tested; either:"
    " as rst",
    "abort_to": "the side that sends a RST by ABORT enters this state (3.10.5; Figure 5, note 3)",
    "rfc1337": "fix F1 of RFC 1337: TIME-WAIT ignores RST",
    "data_on_syn": "text or FIN that comes with a SYN: queued until ESTABLISHED, or dropped; accepted, a weakened"
    " protocol: its text is delivered at once and acknowledged, its FIN is not (see send_on_syn)",
    "send_on_syn": "a SEND in LISTEN puts its text on the SYN instead of queuing it (needs octets, and open=both)",
    "close": "four-way: a FIN is acknowledged at once; merged: its ACK waits for the own FIN (or text to send)",
    "half_close": "text that arrives after CLOSE is delivered; discards, a weakened protocol: it is acknowledged and"
    " thrown away (3.6.1, MAY-1, without the RST of SHLD-3)",
    "fin": "a FIN is taken in order; any, a weakened protocol: wherever in the window it is, RCV.NXT passes over it",
    "syn_cookies": "LISTEN keeps no TCB for a SYN: the ACK of its SYN,ACK makes it (RFC 4987, 3.6)",
    "mutant": "the protocol with one thing changed, by the name that benchmarks.mutants gives it",
    "retransmission": "the retransmission timer exists",
    "syn_again": "after a simultaneous open SYN-RECEIVED sends SYN,ACK again; front: the front of the retransmission"
    " queue, which is the bare SYN (3.10.8, by the letter)",
    "seq_bits": "width of sequence numbers",
    "window": "receive window of both sides, octets",
    "segment_text": "octets of text in one SEND, and in one retransmission at most",
    "open_a": "how the user of A opens",
    "open_b": "how the user of B opens",
    "closes": "whose users may CLOSE",
    "aborts": "whose users may ABORT",
    "gives_up": "whose USER TIMEOUT may expire",
    "gives_up_syn": "whose SYN-RECEIVED timeout may expire (R2 of the SYN,ACK)",
    "gives_up_waiting": "whose USER TIMEOUT may expire in LISTEN and TIME-WAIT (3.10.8, by its letter: for any state)",
    "capacity": "segments in the network in each direction",
    "loss": "the network may lose a segment",
    "reordering": "segments may overtake each other (otherwise FIFO)",
    "duplications": "how often the network may duplicate a segment in a run",
    "isn_a": "initial sequence numbers of A: fresh, repeated, or a list such as 100,400",
    "isn_b": "initial sequence numbers of B",
    "isns_apart": "how far fresh initial sequence numbers are from each other; W: what an incarnation uses at most",
    "isns_wait": "an initial sequence number is chosen only when none nearer than isns_apart is in use by a segment in"
    " the network, sent or acknowledged under it; or neither by that nor by the other side's TCB",
    "incarnations": "initial sequence numbers that each side may choose in a run",
    "recurring": "who begins again with the first initial sequence number after the last, without end",
    "octets": "octets that each incarnation may SEND",
    "retransmissions": "retransmissions of each side in a run",
    "crashes": "crashes of each side in a run",
    "timed": "time passes in ticks; otherwise any timer may expire at any moment",
    "msl": "maximum segment lifetime, ticks: the most that delay may be, and half of TIME-WAIT",
    "delay": "a segment that is not lost arrives within so many ticks, at most msl",
    "rto": "retransmission timeout, ticks",
    "time_wait": "length of TIME-WAIT in ticks, or 2msl",
    "time_wait_restart": "a retransmitted FIN restarts TIME-WAIT (what the RFC means), or not (its letter)",
    "ack_delay": "an acknowledgment of new text or FIN is sent within so many ticks (0: at once)",
    "application_delay": "a user told of the peer's FIN calls CLOSE within so many ticks",
    "quiet_time": "ticks after a crash in which nothing is sent",
    "user_timeout": "ticks without progress after which the USER TIMEOUT expires (unlimited: at any moment)",
    "syn_received_timeout": "ticks after which the SYN-RECEIVED timeout expires (unlimited: at any moment)",
    "losses": "segments that the network may lose in a run",
    "start": "both sides CLOSED; or at rest, established, or half-closed: A in FIN-WAIT-2, B in CLOSE-WAIT",
    "endings": "ghosts remember how each side's last connection ended",
    "ack_losses": "ghosts remember that an acknowledgment of all that a side had sent was lost",
    "origins": "ghosts remember that a side accepted a segment of another connection",
    "history": "ghosts remember connections that ended in order (for ghost-after-close)",
    "turns": "ghost: whose current incarnation was chosen first",
    "accounts": "ghosts count the octets that each incarnation has sent, and those delivered (needs octets)",
}
