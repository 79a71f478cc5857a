"""A trace as a capture file (pcap), for Wireshark and everything else that reads packets.

Addresses are those for documentation (RFC 5737): the sides of the left line are 192.0.2.1, .2, …, the right line is one
host, the next one. The left sides have port 49152, the right one 80; so each 4-tuple is a connection of its own. The
window field is the configured window. An octet of text is a letter that its number decides, so a retransmission has the
same text. A duplicate that the network has made has the IP identification of its original, a retransmission a new one.

Limits: no options, so neither MSS nor window scaling; what `packets` says of numbers, observers and time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from ipaddress import IPv4Address

import dpkt

from model.pictures.formats.packets import Packet

RAW_IP = 101
"""The link type of packets that begin with the IP header."""
FLAGS = {"fin": dpkt.tcp.TH_FIN, "syn": dpkt.tcp.TH_SYN, "rst": dpkt.tcp.TH_RST, "ack": dpkt.tcp.TH_ACK}
NETWORK, CLIENT_PORT, SERVER_PORT, MOST = IPv4Address("192.0.2.0"), 49152, 80, 0xFFFF

Host = tuple[bytes, int]
"""Address and port."""


def hosts(lanes: Mapping[str, Mapping[str, str]]) -> dict[str, Host]:
    """The address and the port of each side of the two lines."""
    left, right = (list(line) for line in lanes.values())
    server = (NETWORK + len(left) + 1).packed, SERVER_PORT
    return {side: ((NETWORK + at).packed, CLIENT_PORT) for at, side in enumerate(left, 1)} | dict.fromkeys(
        right, server
    )


def capture(seen: Iterable[Packet], when: Sequence[Decimal], where: Mapping[str, Host], window: int) -> bytes:
    """The capture file of what an observer has seen. when: of each step, in seconds; window: of every segment."""
    file = io.BytesIO()
    writer = dpkt.pcap.Writer(file, snaplen=MOST, linktype=RAW_IP)
    for packet in seen:
        writer.writepkt_time(datagram(packet, where, window), when[packet.happening.step - 1])
    return file.getvalue()


def datagram(packet: Packet, where: Mapping[str, Host], window: int) -> bytes:
    """The IP datagram (RFC 791) with the TCP segment (RFC 9293, 3.1); dpkt fills in both checksums."""
    (source, sport), (target, dport) = where[packet.happening.source], where[packet.happening.target]
    tcp = dpkt.tcp.TCP(
        sport=sport,
        dport=dport,
        seq=packet.seq,
        ack=packet.ack,
        flags=sum(FLAGS[name] for name in packet.controls),
        win=min(window, MOST),
        data=text(packet),
    )
    ip = dpkt.ip.IP(src=source, dst=target, p=dpkt.ip.IP_PROTO_TCP, id=packet.happening.segment & MOST, data=tcp)
    ip.len = len(ip)
    return bytes(ip)


def text(packet: Packet) -> bytes:
    """Its text: each octet a letter by its number; a SYN comes before the first."""
    first = packet.seq + ("syn" in packet.controls)
    return bytes(ord("a") + (first + at) % 26 for at in range(packet.text))
