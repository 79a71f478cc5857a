"""Languages, and text whose characters are two columns wide."""

from __future__ import annotations

import os
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.words.columns import left, right, spaced, width, wrapped
from model.words.language import ENVIRONMENT, _, can_show, counted, language, speaking_in


@pytest.fixture
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says no language."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "C.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh"}, "zh"),
    ],
)
def test_the_environment_says_the_language(nothing_said: pytest.MonkeyPatch, said: dict[str, str], spoken: str) -> None:
    for name, value in said.items():
        nothing_said.setenv(name, value)
    assert language() == spoken


@pytest.mark.usefixtures("nothing_said")
def test_a_language_is_spoken_for_a_while() -> None:
    with speaking_in("zh"):
        assert (_("holds"), counted("{count} step", "{count} steps", 1200), _("")) == ("成立", "1,200 步", "")
        assert _("a text of tomorrow") == "a text of tomorrow"
        with speaking_in(""):
            assert language() == "zh"
    assert (_("holds"), counted("{count} step", "{count} steps", 1)) == ("holds", "1 step")
    assert "LANGUAGE" not in os.environ


def test_an_encoding_has_chinese_or_not() -> None:
    with open(os.devnull, "w", encoding="ascii") as narrow, open(os.devnull, "w", encoding="gb18030") as wide:
        assert (can_show(narrow), can_show(wide), can_show(None)) == (False, True, True)


def test_columns_are_counted_and_filled() -> None:
    assert (width("报文段 SYN"), left("确认", 6) + "|", right("确认", 6)) == (10, "确认  |", "  确认")


def test_chinese_is_wrapped_between_its_characters() -> None:
    text = "服务器回送 SYN,ACK（SEQ=300），并进入 SYN-RECEIVED 状态。"
    lines = wrapped(text, 20, "  ", "    ")
    assert lines == ["  服务器回送 SYN,ACK", "    （SEQ=300），并", "    进入", "    SYN-RECEIVED 状", "    态。"]


@given(st.text("报文段，。（）“” aB-", max_size=60), st.integers(16, 40))
def test_lines_keep_to_their_columns_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    if width(text) == len(text):
        assert lines == textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)
        return
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[:1] in ("，", "。", "）", "”") for line in lines[1:])
    longest = max((width(word) for word in spaced(text).split()), default=0)
    assert all(width(line) <= max(columns, longest) for line in lines)


def test_spaces_are_where_chinese_has_them() -> None:
    assert spaced("客户端 A在第2步发送 带数据的 ACK （SEQ=2）到达") == "客户端 A 在第 2 步发送带数据的 ACK（SEQ=2）到达"
    assert spaced("A  b (c)") == "A  b (c)"
