"""Captures as packets that can be altered, in pcap and in pcapng."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

LINKS = (0, 1, 12, 14, 101, 108, 113, 147, 228, 229, 276, 65535)
SIZES = (0, 1, 4, 8, 12, 19, 20, 31, 2**16, 2**31 - 1, 2**31, 2**32 - 8, 2**32 - 1)


@dataclass(frozen=True)
class Packets:
    """Packets of Ethernet: seconds, microseconds, octets."""

    packets: tuple[tuple[int, int, bytes], ...]
    link: int = 1


def of_pcap(path: Path) -> Packets:
    """The packets of a pcap file in this machine's order of octets."""
    content, at, found = path.read_bytes(), 24, []
    while at < len(content):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", content, at)
        found.append((seconds, fraction, content[at + 16 : at + 16 + size]))
        at += 16 + size
    return Packets(tuple(found), struct.unpack_from("<I", content, 20)[0])


def altered(random: Random, old: Packets) -> Packets:
    """One change of a packet, of its time, of the order, or of the link type."""
    found = list(old.packets)
    at = random.randrange(len(found))
    seconds, fraction, frame = found[at]
    how = random.randrange(8)
    if how == 0 and len(found) > 1:
        del found[at]
    elif how == 1:
        found.insert(random.randrange(len(found) + 1), found[at])
    elif how == 2:
        found[at], found[-1] = found[-1], found[at]
    elif how == 3:
        found[at] = random.choice((0, seconds + 100, seconds - 100, 2**32 - 1)) % 2**32, fraction, frame
    elif how == 4:
        found[at] = seconds, fraction, frame[: random.randrange(len(frame) + 1)]
    elif how == 5 and random.random() < 0.2:
        return replace(old, link=random.choice(LINKS))
    else:
        header = bytearray(frame)
        place = random.randrange(34, min(54, len(header))) if len(header) > 40 else random.randrange(len(header) or 1)
        if header:
            header[place] = random.choice((0, 1, 0xFF, header[place] ^ 1 << random.randrange(8)))
        found[at] = seconds, fraction, bytes(header)
    return replace(old, packets=tuple(found))


def as_pcap(random: Random, these: Packets) -> bytes:
    """A file, now and then with an absurd length or another magic number."""
    nano, order = random.random() < 0.1, random.choice("<<<>")
    content = struct.pack(f"{order}IHHIIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65535, these.link)
    absurd = random.randrange(len(these.packets)) if random.random() < 0.1 else -1
    for at, (seconds, fraction, frame) in enumerate(these.packets):
        size = random.choice(SIZES) if at == absurd else len(frame)
        content += struct.pack(f"{order}IIII", seconds, fraction, size, size) + frame
    return content


def as_pcapng(random: Random, these: Packets) -> bytes:
    """Likewise, now and then with blocks and options that are nobody's."""
    order = random.choice("<<<>")

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        size = random.choice(SIZES) if random.random() < 0.01 else len(body) + 12
        return struct.pack(f"{order}II", kind, size) + body + struct.pack(f"{order}I", size)

    def option() -> bytes:
        value = random.randbytes(random.choice((0, 1, 1, 4, 8, 9)))
        size = random.choice(SIZES[:9]) if random.random() < 0.2 else len(value)
        code = random.choice((0, 1, 2, 9, 9, 14, 65535))
        return struct.pack(f"{order}HH", code, size % 2**16) + value + bytes(-len(value) % 4)

    options = b"".join(option() for _ in range(random.choice((0, 0, 0, 1, 2))))
    content = block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    content += block(1, struct.pack(f"{order}HHI", these.link % 2**16, 0, 65535) + options)
    for seconds, fraction, frame in these.packets:
        time = seconds * 10**6 + fraction
        body = struct.pack(f"{order}IIIII", 0, time >> 32, time & 0xFFFF_FFFF, len(frame), len(frame)) + frame
        content += block(6, body + bytes(-len(body) % 4) + (option() if random.random() < 0.02 else b""))
        if random.random() < 0.02:
            content += block(random.choice((1, 2, 3, 5, 0x0A0D0D0A, 77)), random.randbytes(random.choice((0, 8, 40))))
    return content
