"""The command line of the interpreter, and the files that it reads."""

from __future__ import annotations

import io
import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import dpkt
import pytest

from model.conform.__main__ import main
from model.conform.capture import BadCapture, capture_of, read_capture
from tests.test_captures import FOLDER
from tests.test_conform_cases import DATA

GOOD = FOLDER / "a4_kernel_active_open_passive_close.pcap"
DEPARTS = FOLDER / "h4_syn_in_timewait_lower_rfc1337.pcap"


def frames(path: Path) -> list[tuple[float, bytes]]:
    """The IP packets of an Ethernet capture, with their times."""
    with path.open("rb") as file:
        return [(time, frame[14:]) for time, frame in dpkt.pcap.Reader(file)]


def written(path: Path, packets: list[tuple[float, bytes]], link: int, cut: int = 65535) -> Path:
    """A capture with these packets, each cut to so many octets."""
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file, snaplen=cut, linktype=link)
        for time, packet in packets:
            writer.writepkt(packet[:cut], ts=time)
    return path


def test_exit_status_0_if_everything_agrees_or_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DATA), "--profile", "freebsd"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "158 agreed; 1 explained"
    assert main([str(GOOD), "--endpoint", "10.77.0.1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 explained"


def test_exit_status_1_if_something_differs_or_is_not_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DATA)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "118 agreed; 41 differing"
    assert main([str(DEPARTS), "--endpoint", "10.77.0.1"]) == 1
    out = capsys.readouterr().out
    assert "not explained: packet 12: 10.77.0.1:20060 sends <SEQ=3429542111><ACK=100002><CTL=ACK>" in out
    assert "possible then, in" in out


def test_exit_status_2_for_unusable_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = tmp_path / "x.bin"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    assert main([str(binary)]) == 2
    assert "neither a capture (pcap, pcapng) nor recorded cases" in capsys.readouterr().err
    assert main([str(tmp_path / "none.pcap")]) == 2
    assert capsys.readouterr().err == f"model.conform: {tmp_path}/none.pcap: No such file or directory\n"
    assert main([str(GOOD), "--json", str(tmp_path / "no" / "x.json")]) == 2
    capsys.readouterr()
    assert main([str(GOOD), "--set", "rst=either"]) == 2
    assert capsys.readouterr().err.endswith("rst=either: only a proof for every channel may leave it open\n")
    for wrong in (["--endpoint", "here"], ["--missed", "-1"], ["--profile", "windows"]):
        with pytest.raises(SystemExit) as status:
            main([str(GOOD), *wrong])
        assert status.value.code == 2


def test_exit_status_3_if_nothing_can_be_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(GOOD), "--endpoint", "10.9.9.9"]) == 3
    assert "not judged (no end has the address 10.9.9.9)" in capsys.readouterr().out
    empty = written(tmp_path / "empty.pcap", [], 1)
    assert main([str(empty)]) == 3
    assert capsys.readouterr().out == "nothing to judge\n"


def test_the_json_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    main([str(DATA), str(GOOD), str(DEPARTS), "--endpoint", "10.77.0.1", "--json", str(report)])
    read = json.loads(report.read_text())
    counts = {name: read[name] for name in ("agreed", "differing", "explained", "not_explained", "not_judged")}
    assert counts == {"agreed": 118, "differing": 41, "explained": 1, "not_explained": 1, "not_judged": 0}
    assert len(read["cases"]) == 161
    first = next(case for case in read["cases"] if case["verdict"] == "differing")
    assert first["name"] == "rcv-ack-time-wait-using-shutdown-left-edge"
    assert first["reason"].startswith("time-wait: TIME-WAIT ignores RST")
    assert first["first_difference"].startswith("step 10: recorded: nothing is sent | model: <SEQ=2><ACK=2><CTL=ACK>")


def test_events_are_told_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(GOOD), "--endpoint", "10.77.0.1", "--events"])
    out = capsys.readouterr().out
    assert "CLOSE in CLOSE-WAIT => LAST-ACK: sends <SEQ=40677581><ACK=1002><CTL=FIN,ACK>" in out


@pytest.mark.parametrize(
    ("link", "header"),
    [
        (1, bytes(12) + b"\x81\x00\x00\x05\x08\x00"),  # Ethernet with a VLAN tag
        (101, b""),
        (0, b"\x02\x00\x00\x00"),
        (113, bytes(14) + b"\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
    ],
)
def test_link_types(tmp_path: Path, link: int, header: bytes) -> None:
    packets = [(time, header + packet) for time, packet in frames(GOOD)]
    again = read_capture(written(tmp_path / "x.pcap", packets, link))
    assert [s.x for s in again.conversations[0].segments] == [s.x for s in read_capture(GOOD).conversations[0].segments]


def test_ipv6_with_an_extension_header(tmp_path: Path) -> None:
    tcp = struct.pack("!HHIIBBHHH", 1000, 80, 7, 0, 5 << 4, 2, 100, 0, 0)
    option = bytes([6, 0, 1, 4, 0, 0, 0, 0])  # destination options
    header = struct.pack("!IHBB", 6 << 28, len(option) + len(tcp), 60, 64) + bytes(15) + b"\x01" + bytes(15) + b"\x02"
    segment = read_capture(written(tmp_path / "x.pcap", [(0.0, header + option + tcp)], 101)).conversations[0]
    assert [str(end) for end in segment.ends] == ["[::1]:1000", "[::2]:80"]
    assert str(segment.segments[0].x) == "<SEQ=7><CTL=SYN>"


def test_pcapng(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    with path.open("wb") as file:
        writer = dpkt.pcapng.Writer(file, linktype=101)
        for time, packet in frames(GOOD):
            writer.writepkt(packet, ts=time)
    assert main([str(path), "--endpoint", "10.77.0.1"]) == 0


def test_a_snaplen_that_cuts_text_does_not_change_its_length(tmp_path: Path) -> None:
    whole = FOLDER / "r00_random.A.pcap"
    cut = written(tmp_path / "x.pcap", frames(whole), 101, cut=52)  # IP, and TCP with timestamps; nothing of the text
    texts = [[s.x.text for s in read_capture(path).conversations[0].segments] for path in (whole, cut)]
    assert texts[0] == texts[1]
    assert sum(texts[0]) > 0


def test_what_is_no_tcp_segment_is_left_out_and_counted(tmp_path: Path) -> None:
    udp = bytearray(frames(GOOD)[0][1])
    udp[9] = 17
    fragment = bytearray(frames(GOOD)[0][1])
    fragment[7] = 1
    odd = [(0.0, bytes(udp)), (0.0, bytes(fragment)), (0.0, b"\x45"), (0.0, frames(GOOD)[0][1][:30])]
    found = read_capture(written(tmp_path / "x.pcap", [*odd, *frames(GOOD)], 101))
    assert found.skipped == {"not TCP": 1, "IP fragment": 1, "IP header cut short": 1, "TCP header cut short": 1}
    assert len(found.conversations[0].segments) == 7


def test_a_capture_that_breaks_off_is_read_as_far_as_it_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.pcap"
    broken.write_bytes(GOOD.read_bytes()[:-30])
    assert main([str(broken), "--endpoint", "10.77.0.1"]) == 0
    assert "broken.pcap: it breaks off" in capsys.readouterr().out
    header_only = tmp_path / "header.pcap"
    header_only.write_bytes(GOOD.read_bytes()[:10])
    with pytest.raises(BadCapture, match=r"header.pcap: damaged"):
        read_capture(header_only)


def test_an_unknown_link_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCapture, match="link type 147 is not known"):
        read_capture(written(tmp_path / "x.pcap", [], 147))


def test_conversations_of_many_connections_are_told_apart() -> None:
    many = read_capture(FOLDER / "b10_accept_queue_full_abort.pcap").conversations
    assert len(many) == 4
    assert len({conversation.ends for conversation in many}) == 4


def line_of(**more: object) -> str:
    """A recorded case on one line of JSON."""
    segment = {"dir": "in", "flags": "A", "seq": 17, "len": 0, "ack": 34}
    case = {"name": "n", "event": "e", "state": "closed", "profile": {}, "steps": [segment]}
    return json.dumps({**case, **more}) + "\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no cases"),
        (b"\n \n\xef\xbb\xbf\n", "1: not JSON|3: not JSON"),
        (b"[" * 200_000, "1: nested too deeply"),
        (line_of(window="W").replace('"W"', "9" * 5000).encode(), "1: a number of 5,000 digits"),
        (line_of(window="W").replace('"W"', "NaN").encode(), "1: NaN is no number"),
        (line_of(window=True).encode(), "1: window: expected int"),
        (line_of(window=1.0).encode(), "1: window: expected int"),
        (line_of(name="\ud800").encode(), "1: half of a surrogate pair"),
        (line_of().replace("{", '{"name": "m", ', 1).encode(), "1: 'name' is there twice"),
        (line_of().encode("utf-16"), "neither a capture .* but in UTF-16"),
        (bytes(1000), "neither a capture .* NUL characters"),
        ((line_of() * 2 + line_of(steps=[{"dir": "\x1b[31m"}])).encode(), r"3: steps\[1\].dir: '.x1b.31m' is none of"),
        (line_of(steps=[[]]).encode(), r"1: steps\[0\]: expected object"),
        (line_of(**{"\x1b[31m": 1}).encode(), r"1: it has the unknown field .x1b"),
        (b"\xa1\xb2\xc3\xd4", "damaged"),
        (b"\x0a\x0d\x0d\x0a", "damaged"),
    ],
)
def test_input_that_cannot_be_read_is_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    out, error = capsys.readouterr()
    assert re.match(rf"model.conform: {path}: ?(?:{says})|model.conform: {path}:(?:{says})", error), error
    assert (out, error.count("\n")) == ("", 1)
    assert error.strip().isprintable()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + line_of().encode(),
        line_of().replace("\n", "\r\n").encode() * 2,
        line_of(name="a\u2028b").encode("utf-8") + json.dumps(json.loads(line_of(name="a\u2028b"))).encode(),
        line_of(name="N").replace('"N"', '"a\u2028b\u0085c"').encode(),
    ],
)
def test_input_that_is_odd_but_plain_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert main([str(path)]) == 1
    out, error = capsys.readouterr()
    assert error == ""
    assert all(line.isprintable() for line in out.splitlines())
    assert out.endswith(" differing\n")


@pytest.mark.parametrize("steps", [[], [{"call": "close", "args": "close(3)", "result": "0"}]])
def test_a_case_without_steps_is_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], steps: list[object]
) -> None:
    path = tmp_path / "x"
    path.write_text(line_of(steps=steps))
    assert main([str(path)]) == 3
    out = capsys.readouterr().out
    assert "n: not judged (it has no steps)" in out
    assert out.endswith("1 not judged\n")
    assert main([str(path), str(DATA), "--profile", "freebsd"]) == 0
    assert capsys.readouterr().out.endswith("158 agreed; 1 explained; 1 not judged\n")


def test_nothing_of_a_file_reaches_the_terminal_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "\x1b[2Jx"
    path.write_text(line_of(name="\x1b[31mred", event="[bold]e", state=":smile: \x07", cite="\x9b1m"))
    assert main([str(path)]) == 1
    out = capsys.readouterr().out
    assert all(line.isprintable() for line in out.splitlines())
    assert ":smile: \\x07  [bold]e" in out
    assert "\\x1b[31mred: differing" in out
    capture = tmp_path / "\x1b[2Jy"
    capture.write_bytes(GOOD.read_bytes()[:-30])
    main([str(capture)])
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


def test_many_kinds_of_cases_are_counted_quickly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x"
    path.write_text("".join(line_of(state=f"s{n}", steps=[]) for n in range(3000)))
    assert main([str(path)]) == 3
    assert capsys.readouterr().out.count("\ns") == 3000


# -- absurd captures --


def block(kind: int, body: bytes, size: int | None = None) -> bytes:
    """A block of pcapng, whose length may be said to be another."""
    said = len(body) + 12 if size is None else size
    return struct.pack("<II", kind, said) + body + struct.pack("<I", said)


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
INTERFACE = block(1, struct.pack("<HHI", 101, 0, 0))


@pytest.mark.parametrize("size", [0, 4, 7, 8, 11, 31, 0x7FFF_FFFF, 0xFFFF_FFFC, 0xFFFF_FFFF])
@pytest.mark.parametrize("before", [b"", SECTION, SECTION + INTERFACE])
def test_a_block_of_an_absurd_length_is_damage(tmp_path: Path, before: bytes, size: int) -> None:
    """No more is asked for than the file has: Python would set aside 4 GB at once."""
    path, kind = tmp_path / "x.pcapng", {b"": 0x0A0D0D0A, SECTION: 1}.get(before, 6)
    path.write_bytes(before + block(kind, bytes(20), size))
    if len(before) < len(SECTION + INTERFACE):
        with pytest.raises(BadCapture, match=r"x.pcapng: damaged: ."):
            read_capture(path)
    else:
        found = read_capture(path)
        assert (found.conversations, found.damaged != "" or found.skipped != {}) == ([], True)


def test_no_more_is_read_than_there_is(tmp_path: Path) -> None:
    asked: list[int] = []
    path = tmp_path / "x.pcap"
    path.write_bytes(GOOD.read_bytes()[:24] + struct.pack("<IIII", 0, 0, 0xFFFF_FFFF, 0xFFFF_FFFF) + bytes(20))

    class Asked(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    found = capture_of(path, Asked(path.read_bytes()))
    assert found.damaged == "it breaks off in packet 1"
    assert min(asked) >= 0
    assert max(asked) <= 60


def test_a_capture_that_breaks_off_in_a_block_that_is_no_packet_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(SECTION + INTERFACE + block(5, bytes(20), 0x7FFF_FFFC))
    assert read_capture(path).damaged == "it breaks off at its end"


@pytest.mark.parametrize("link", [2, 147, 0xFFFF, 0xFFFF_FFFF])
def test_an_absurd_link_type_is_refused(tmp_path: Path, link: int) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(GOOD.read_bytes()[:20] + struct.pack("<I", link))
    with pytest.raises(BadCapture, match=f"link type {link} is not known"):
        read_capture(path)


@pytest.mark.parametrize("content", [GOOD.read_bytes(), (line_of() * 3).encode()])
def test_standard_input_may_be_a_pipe(content: bytes) -> None:
    run = [sys.executable, "-m", "model.conform", "/dev/stdin"]
    done = subprocess.run(run, input=content, capture_output=True, check=False)
    assert done.stderr == b""
    assert done.stdout.splitlines()[-1] in (b"1 explained", b"3 differing")
