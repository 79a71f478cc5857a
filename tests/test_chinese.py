"""Real output of every kind in Chinese: no English sentence is left in what is printed or written.

Three lower-case words in a row are a sentence, unless they are an event, a setting, a path or a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from model.check import main
from model.network.make import network_of
from model.settings.protocol import Protocol
from model.settings.setting import names_of
from model.tcp.cause import Cause
from properties.claims import CLAIMS

SENTENCE = re.compile(r"(?<![\w.-])[A-Z]?[a-z]+(?: [a-z]+){2,}(?![\w=])")
NEVER_WORDS = re.compile(
    r"python -m [^\n]*|--[\w-]+|<[^<> ]*>|[\w./-]+\.(?:svg|dot|txt|html|png)|\b[\w.]+=\S+|^ *Note over "
    r"|(?:破坏|不能通过)：[^\n]*|(?:first|fifth) and \w+th",
    re.MULTILINE,
)
"""Commands, options, segments and tags, files, settings, Mermaid's words, lemmas, the RFC's checks."""
WRITTEN = (".txt", ".html", ".dot", ".mmd")
QUICKLY = {
    "a run, and another protocol": "time-wait-assassination --engine explicit --verbose",
    "two ladders": "last-ack-answered --engine explicit --against time_wait=2msl --write mermaid,slides",
    "an infinite run": "dead-peer-releases-slot --engine explicit --verbose --ladder box",
    "a run in time": "last-ack-answered --quick --engine explicit --verbose --full-states",
    "knowledge": "server-knows server-cannot-know --verbose",
    "scenarios": "user-timeouts figure-6 figure-8 --verbose",
    "a proof cut short": "agreement --engine unbounded --max-seconds 1 --verbose",
    "a search cut short": "half-open --engine explicit --max-states 5 --verbose",
    "a symbolic search": "half-open --engine bmc --depth 2 --verbose",
    "an own setting": "--property agreement --set handshake=two-way --verbose",
    "the list": "--list",
    "the fields": "--fields",
    "explanations": "--explain *",
}
LONG = {
    "studies": "needless-retransmissions segments-buy-knowledge --verbose",
    "a tour": "why S9",
    "coverage": "half-open --coverage",
    "many claims": "figure-[6-9]* --quick --verbose",
    "proofs that fail": "client-can-receive old-duplicates-need-fresh-isns --verbose",
    "another run": "half-open --engine explicit --another --verbose",
    "more studies": "time-wait-threshold sufficient-assumptions repeated-isns-with-text --verbose",
    "proofs in time": "last-ack-answered --engine unbounded --verbose",
}
MINUTES = {
    "all": "--quick --verbose --graph",
    "the whole tour": "why",
}


@cache
def events() -> re.Pattern[str]:
    """What events and checks are called, the longer names first."""
    every = (cell.config for claim in CLAIMS for cell in claim.cells)
    protocols = names_of(Protocol)
    configs = {tuple(one.as_dict().get(name, one) for name in protocols): one for one in every}.values()
    causes = {rule.cause for config in configs for rule in network_of(config).rules if isinstance(rule.cause, Cause)}
    names = {name for one in causes for name in (one.name, one.brief, one.instead, *one.checks)}
    named = [re.escape(name).replace(r"\ ", r"\s+") for name in sorted({*names} - {""}, key=len, reverse=True)]
    return re.compile("|".join(named))


def english(text: str) -> list[str]:
    """The English sentences in a text, also if they are broken into lines; each with what is before and behind it."""
    rest = events().sub("·", NEVER_WORDS.sub("·", text))
    rest = re.sub(r"\n +", " ", rest)
    return [rest[max(0, it.start() - 40) : it.end() + 40] for it in SENTENCE.finditer(rest)]


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """What stands in the files of a folder for readers, by their names; of a picture's source the labels."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in WRITTEN and path.name != "index.html":
            text = path.read_text(encoding="utf-8")
            labels = re.findall(r'label="((?:[^"\\]|\\.)*)"', text)
            text = re.sub(r"\\[lrn]", " ", "\n".join(labels)) if path.suffix == ".dot" else text
            yield path.name, re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    "arguments",
    [
        *(pytest.param(said, id=name) for name, said in QUICKLY.items()),
        *(pytest.param(said, id=name, marks=pytest.mark.long) for name, said in LONG.items()),
        *(pytest.param(said, id=name, marks=pytest.mark.minutes) for name, said in MINUTES.items()),
    ],
)
def test_no_english_sentence_is_left(arguments: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main([*arguments.split(), "--language", "zh", "--out", str(tmp_path)])
    said = capsys.readouterr().out
    assert status in (0, 1, 3)
    assert re.search("[\u4e00-\u9fff]", said)
    found = {name: sentences for name, text in (("output", said), *texts(tmp_path)) if (sentences := english(text))}
    assert found == {}


def test_a_sentence_is_found_and_a_name_is_none() -> None:
    found = english("第 2 步 a search stopped when\n      all was decided 到达")
    assert len(found) == 1
    assert (
        english("  3.  B: SYN-RECEIVED, ACK of our SYN arrives\n重现：python -m model.check half-open as is so") == []
    )
