"""Files of others: what is no text, no JSON or not of the form is one line; what is odd but plain is read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from model.machine import reading
from model.machine.reading import Unreadable, checked, decoded, json_of, opened, text_of


def test_line_ends_and_a_byte_order_mark_are_no_part_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes("\ufeffone\r\ntwo\u2028still two\rthree".encode())
    assert text_of(path) == "one\ntwo\u2028still two\nthree"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text".encode("utf-16"), "not a text in UTF-8, but in UTF-16"),
        ("text".encode("utf-16-be"), "NUL characters"),
        (b"ab\xff", r"not a text in UTF-8 \(octet 2\)"),
        (b"\xed\xa0\x80", r"not a text in UTF-8 \(octet 0\)"),
        (bytes(1000), "NUL characters"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        decoded(content)


@pytest.mark.parametrize("what", ["folder", "pipe", "device", "nothing"])
def test_only_regular_files_are_opened(tmp_path: Path, what: str) -> None:
    """A named pipe without a writer, and a device without an end, would otherwise be waited for."""
    path = {"folder": tmp_path, "device": Path("/dev/zero")}.get(what, tmp_path / "x")
    if what == "pipe":
        os.mkfifo(path)
    with pytest.raises(OSError, match=r"regular|directory") as refused, opened(path):
        pass
    assert refused.value.filename == str(path)


def test_a_text_that_is_absurdly_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.truncate(reading.MOST + 1)
    with pytest.raises(OSError, match="larger than 64 MiB"):
        text_of(path)


def test_an_error_while_reading_has_the_name_of_the_file() -> None:
    with pytest.raises(OSError, match="Input/output error") as refused:
        text_of(Path("/proc/self/mem"))
    assert refused.value.filename == "/proc/self/mem"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"not JSON: .*\(column 1\)"),
        ('{"a": 1,\n"b": }', r"not JSON: .*\(line 2, column 6\)"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("9" * 5000, "a number of 5,000 digits"),
        ("-" + "9" * 5000, "a number of 5,001 digits"),
        ("[NaN]", "NaN is no number in JSON"),
        ("[-Infinity]", "-Infinity is no number in JSON"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "'c' is there twice"),
        (r'["\ud800"]', "half of a surrogate pair"),
        (r'{"\udfff": 1}', "half of a surrogate pair"),
    ],
)
def test_json_is_read_more_strictly_than_python_does(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        json_of(text)


def test_json_that_is_odd_is_read() -> None:
    assert json_of(r'["\ud83d\ude00", "a' + "\u2028" + r'b", "\u001b", -0, 1e2]') == [
        "😀",
        "a\u2028b",
        "\x1b",
        0,
        100.0,
    ]


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    way: Literal["in", "out"]
    sizes: dict[str, int] = {}


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    inner: list[Inner]
    maybe: Literal[0, 1] | None = None


@pytest.mark.parametrize(
    ("value", "says", "within"),
    [
        ([], "expected object, got array", ": expected object, got array"),
        ({}, "it lacks the required field inner", ": it lacks the required field inner"),
        ({"inner": [], "innr": 1}, "it has the unknown field innr", ": it has the unknown field innr"),
        ({"inner": [{"way": "up"}]}, "inner[0].way: 'up' is none of in, out", ".inner[0].way: 'up' is none of in, out"),
        ({"inner": [], "maybe": 2}, "maybe: 2 is none of 0, 1", ".maybe: 2 is none of 0, 1"),
        ({"inner": [], "maybe": True}, "maybe: expected int | null, got bool", ".maybe: expected int | null, got bool"),
        (
            {"inner": [{"way": "in"}, {"way": "in", "sizes": {"a": 1.0}}]},
            "inner[1].sizes[...]: expected int, got float",
            ".inner[1].sizes[...]: expected int, got float",
        ),
    ],
)
def test_what_has_another_form_is_told_with_its_path(value: Any, says: str, within: str) -> None:
    with pytest.raises(Unreadable) as refused:
        checked(value, Outer)
    assert (str(refused.value), refused.value.within) == (says, within)


def test_what_has_the_form_is_read() -> None:
    text = json.dumps({"inner": [{"way": "in", "sizes": {"a": 10**30}}], "maybe": None})
    assert checked(json_of(text), Outer).inner[0].sizes == {"a": 10**30}
