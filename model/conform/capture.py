"""Packet captures (pcap and pcapng, read by dpkt) as connections: pairs of addresses and ports, and their segments."""

from __future__ import annotations

import io
import ipaddress
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import dpkt

from model.conform.interpreter import SPACE, Seg
from model.machine.printing import Mistake
from model.machine.reading import opened

MAGICS = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1")
PCAPNG = b"\x0a\x0d\x0d\x0a"
DAMAGES = (dpkt.Error, ValueError, struct.error)
"""What dpkt raises on a file that is damaged."""


class BadCapture(Mistake, ValueError):
    """A file is no capture that can be read; the text names it and says why."""


class Socket(NamedTuple):
    """One end of a connection."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Seen(NamedTuple):
    """A segment in a capture.

    number: which packet of the file, from 1; time: seconds; source: its sender. window: octets, scaled as its sender's
    SYN and its peer's say. push, urgent and options are not looked at.
    """

    number: int
    time: float
    source: Socket
    x: Seg
    window: int


@dataclass
class Conversation:
    """All segments between two ends, in the order of the capture; they may be several connections, one after another.

    until: when the capture ends, seconds.
    """

    ends: tuple[Socket, Socket]
    segments: list[Seen] = field(default_factory=list)
    until: float = 0.0


@dataclass
class Capture:
    """What a file holds. skipped: how many packets were not TCP, or could not be read as such, by reason."""

    conversations: list[Conversation]
    skipped: dict[str, int]
    damaged: str = ""


def is_capture(file: BinaryIO) -> bool:
    """Whether a file begins as a capture does; it is left at its beginning. Raises `OSError`."""
    magic = file.read(4)
    file.seek(0)
    return magic in (*MAGICS, PCAPNG)


def read_capture(path: Path) -> Capture:
    """Read a capture; one that breaks off is read as far as it goes. Raises `BadCapture`, `OSError`."""
    with opened(path) as file:
        return capture_of(path, file)


def capture_of(path: Path, file: BinaryIO) -> Capture:
    """The same of a file that is open."""
    found: dict[tuple[Socket, Socket], Conversation] = {}
    scales: dict[Socket, int | None] = {}
    skipped: dict[str, int] = {}
    damaged, time = "", 0.0
    watched = _Watched(file)
    reader = _reader(path, watched)
    layer = _layer(path, reader.datalink())
    packets = enumerate(reader, 1)
    while True:
        try:
            number, (time, frame) = next(packets)
        except StopIteration:
            damaged = "it breaks off at its end" if watched.short else ""
            break
        except DAMAGES as error:
            damaged = f"it is damaged, and read as far as it goes: {str(error) or type(error).__name__}"
            break
        if watched.short:
            damaged = f"it breaks off in packet {number}"
            break
        try:
            source, target, seen = _segment(number, float(time), layer(frame), scales)
        except _Skipped as why:
            skipped[str(why)] = skipped.get(str(why), 0) + 1
            continue
        ends = (source, target) if source < target else (target, source)
        found.setdefault(ends, Conversation(ends)).segments.append(seen)
    for conversation in found.values():
        conversation.until = float(time)
    return Capture(list(found.values()), skipped, damaged)


class _Watched:
    """A file that remembers whether it was asked for more octets than it had left; no more than that are asked for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.short, self.name = file, False, "capture"
        self._left = file.seek(0, io.SEEK_END)
        file.seek(0)

    def begins(self, octets: bytes) -> bool:
        """Whether the file begins so."""
        begun = self._file.read(len(octets))
        self._file.seek(0)
        return begun == octets

    def read(self, size: int) -> bytes:
        """As a file's; raises `ValueError` for a length that is none."""
        if size < 0:
            raise ValueError("a block is shorter than its header")
        octets = self._file.read(min(size, self._left))
        self._left -= len(octets)
        self.short = self.short or 0 < len(octets) < size
        return octets


class _Skipped(Exception):
    """Why a packet is no TCP segment that can be judged."""


def _reader(path: Path, file: _Watched) -> Any:
    try:
        return dpkt.pcapng.Reader(file) if file.begins(PCAPNG) else dpkt.pcap.Reader(file)
    except DAMAGES as error:
        raise BadCapture(f"{path}: damaged: {str(error) or type(error).__name__}") from None


def _ethernet(frame: bytes) -> bytes:
    at, kind = 12, int.from_bytes(frame[12:14], "big")
    while kind in (0x8100, 0x88A8):  # VLAN tags
        at, kind = at + 4, int.from_bytes(frame[at + 4 : at + 6], "big")
    if kind not in (0x0800, 0x86DD):
        raise _Skipped("not IP")
    return frame[at + 2 :]


LAYERS: Mapping[int, Callable[[bytes], bytes]] = {
    dpkt.pcap.DLT_EN10MB: _ethernet,
    dpkt.pcap.DLT_NULL: lambda frame: frame[4:],
    dpkt.pcap.DLT_LOOP: lambda frame: frame[4:],
    dpkt.pcap.DLT_LINUX_SLL: lambda frame: frame[16:],
    276: lambda frame: frame[20:],  # LINUX_SLL2
    12: lambda frame: frame,
    14: lambda frame: frame,
    101: lambda frame: frame,  # RAW
    228: lambda frame: frame,  # IPV4
    229: lambda frame: frame,  # IPV6
}
"""What comes before the IP header, by link type."""


def _layer(path: Path, link: int) -> Callable[[bytes], bytes]:
    if link not in LAYERS:
        raise BadCapture(f"{path}: link type {link} is not known; Ethernet, raw IP, loopback and Linux cooked are")
    return LAYERS[link]


def _segment(number: int, time: float, packet: bytes, scales: dict[Socket, int | None]) -> tuple[Socket, Socket, Seen]:
    """The TCP segment in an IP packet, which may be cut short; raises `_Skipped`."""
    addresses, tcp, length = _ip(packet)
    if len(tcp) < 20:
        raise _Skipped("TCP header cut short")
    sport, dport, seq, ackno, offset, flags, window = struct.unpack_from("!HHIIBBH", tcp)
    header = (offset >> 4) * 4
    if header < 20 or length < header:
        raise _Skipped("malformed TCP header")
    source, target = Socket(addresses[0], sport), Socket(addresses[1], dport)
    fin, syn, rst, ack = (bool(flags & bit) for bit in (1, 2, 4, 16))
    if syn:
        scales[source] = _scale(tcp[20:header])
    elif scales.get(source) is not None and scales.get(target) is not None:
        window <<= scales[source] or 0
    x = Seg(syn, ack, fin, rst, seq, ackno if ack else 0, (length - header) % SPACE)
    return source, target, Seen(number, time, source, x, window)


def _scale(options: bytes) -> int | None:
    """The window scale option (RFC 7323); None if there is none."""
    at = 0
    while at < len(options) and options[at] != 0:
        if options[at] == 1:
            at += 1
            continue
        if at + 1 >= len(options) or options[at + 1] < 2:
            return None
        if options[at] == 3 and at + 2 < len(options):
            return min(options[at + 2], 14)
        at += options[at + 1]
    return None


def _ip(packet: bytes) -> tuple[tuple[str, str], bytes, int]:
    """Addresses, the TCP header with what is there of the rest, and the TCP segment's real length."""
    if len(packet) < 20:
        raise _Skipped("IP header cut short")
    version = packet[0] >> 4
    if version == 4:
        header, total = (packet[0] & 15) * 4, int.from_bytes(packet[2:4], "big")
        if packet[9] != 6:
            raise _Skipped("not TCP")
        if int.from_bytes(packet[6:8], "big") & 0x3FFF:
            raise _Skipped("IP fragment")
        total = total or len(packet)  # 0: segmentation offload
        names = str(ipaddress.IPv4Address(packet[12:16])), str(ipaddress.IPv4Address(packet[16:20]))
        return names, packet[header:total], total - header
    if version == 6 and len(packet) >= 40:
        length, following, at = int.from_bytes(packet[4:6], "big"), packet[6], 40
        while following in (0, 43, 60) and at + 2 <= len(packet):  # hop-by-hop, routing, destination options
            following, size = packet[at], (packet[at + 1] + 1) * 8
            at, length = at + size, length - size
        if following != 6:
            raise _Skipped("IP fragment" if following == 44 else "not TCP")
        names = str(ipaddress.IPv6Address(packet[8:24])), str(ipaddress.IPv6Address(packet[24:40]))
        return names, packet[at:], length
    raise _Skipped("not IP")
