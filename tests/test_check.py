"""The command line: exit statuses, one clear line for every mistake, and what the reports hold."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from model.check import main
from model.cli.arguments import MOST_WORKERS
from model.cli.endings import INCONCLUSIVE
from model.core.answer import Answer, Effort, Outcome
from model.engines.explicit.hash_table import SEGMENTS
from model.pictures.render import CannotDraw
from model.questions.proof_words import proof_text
from model.questions.task import ProofReport, Task, TaskResult
from model.settings.config import Config
from model.settings.server import OWN
from properties.claims import CLAIMS, find

pytestmark = pytest.mark.usefixtures("in_this_process")
SMALL = ["--set", "incarnations=2", "--set", "crashes=1", "--set", "capacity=1"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "model.check", *arguments], capture_output=True, text=True, check=False
    )


def test_list_names_every_claim_and_loads_no_engine() -> None:
    code = "import sys; from model.check import main; main(['--list']); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
    listed = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ") and line.split()]
    assert sorted(name for name in listed if find(name)) == sorted(claim.name for claim in CLAIMS)


def test_fields_describes_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fields"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {field}=" in text for field in Config().as_dict())
    assert all(f"\n  {field}: " in text for field in OWN)


def test_explain_says_where_a_claim_holds_and_where_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--explain", "half-open"]) == 0
    text = capsys.readouterr().out
    assert "ghost of S2" in text
    assert "two-way: fails, on handshake=two-way" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such-claim"], "unknown claim 'no-such-claim'; see --list"),
        (["S0"], "unknown claim 'S0'; "),
        (["*halfopen*"], "no claim is like '*halfopen*'; see --list"),
        (["half-opne"], "unknown claim 'half-opne'; is it half-open?"),
        (["figure-8", "--coverage"], "--coverage wants a claim that is searched"),
        (["--explain", "nothing"], "unknown claim 'nothing'"),
        (["--property", "nothing"], "unknown claim 'nothing'"),
        (["half-open", "--property", "half-open"], "either --property or claims"),
        (["--property", "half-open", "--set", "capacity"], "--set wants FIELD=VALUE"),
        (["half-open", "--against", "handshake"], "--against wants FIELD=VALUE"),
        (
            ["--property", "half-open", "--set", "colour=red"],
            "unknown field 'colour'; python -m model.check --fields describes all",
        ),
        (["--property", "half-open", "--set", "handshak=two-way"], "unknown field 'handshak'; is it handshake?"),
        (["--property", "half-open", "--set", "slot=2"], "unknown field 'slot'; is it slots?"),
        (["--property", "half-open", "--set", "handshake=one-way"], "must be one of three-way, two-way"),
        (["--property", "half-open", "--set", "handshake=two-ways"], "is it two-way"),
        (["--property", "half-open", "--set", "capacity=many"], "capacity=many: must be a number"),
        (["--property", "half-open", "--set", "loss=perhaps"], "loss=perhaps: must be true or false"),
        (["figure-8", "--set", "isn_a=5"], "a scenario has its own settings"),
        (["--explain", ""], "unknown claim ''"),
        (["--property", "half-open", "--set", "window=0"], "window=0: a search needs at least one octet"),
        (["--property", "half-open", "--set", "seq_bits=32"], "a segment must fit into 64 bits"),
        (["--property", "half-open", "--set", "segment_text=20"], "segment_text=20: more than octets=0"),
        (["--property", "half-open", "--set", f"octets={'9' * 5000}"], "must be a number"),
        (["--property", "ghost-after-close", "--set", "abort_to=TIME-WAIT"], "must mean that both"),
        (["--property", "half-open", "--set", "octets=9"], "2(W+window)+1 must fit into the number space"),
        (["--property", "half-open", "--set", "incarnations=5"], "do not fit into 2^4 numbers"),
        (["--property", "half-open", "--set", "isn_a=1,x"], "isn_a=1,x: must be fresh, repeated, or 1 numbers"),
        (["--property", "half-open", "--set", "open_a=none", "--set", "open_b=none"], "nobody opens a connection"),
        (["--property", "at-most-once"], "octets=0: this property counts octets"),
        (["--property", "half-open", "--set", "send_on_syn=true"], "nothing to send with octets=0"),
        (["half-open", "--minimise"], "--minimise is about the lemmas of proofs: it needs --engine unbounded"),
        (
            ["half-open", "--minimise", "--engine", "unbounded", "--set", "rfc1337=true"],
            "--minimise wants a claim with a proof that goes through, and no --set",
        ),
        (["figure-6", "--engine", "unbounded"], "figure-6 has no proof for every channel; those that have one: "),
        (["figure-6", "--engine", "bmc"], "figure-6 is not about the finite runs of one configuration"),
        (
            ["open-completes", "--engine", "induction"],
            "open-completes is not about the finite runs of one configuration",
        ),
        (["half-open", "--engine", "unbounded", "--set", "seq_bits=17"], "2(65536+65536)+1 > 2^17"),
        (["half-open", "--engine", "unbounded", "--set", "timed=true"], "a proof for every channel knows no time"),
        (["--property", "half-open", "--set", "rst=either"], "only a proof for every channel may leave it open"),
    ],
)
def test_unusable_input_gives_one_line_and_status_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([*arguments, "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.startswith("model.check: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--max-states", "0"], ["--max-memory", "lots"], ["--max-seconds", "-1"], ["--colour"]]
)
def test_a_bad_option_is_refused_with_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("model.check: ")
    assert error.count("\n") == 1


def test_unwritable_output_is_found_before_the_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert main(["half-open", "--out", str(in_the_way)]) == 2
    assert str(in_the_way) in capsys.readouterr().err
    missing = tmp_path / "missing" / "report.json"
    assert main(["half-open", "--out", str(tmp_path), "--json", str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err
    assert not missing.parent.exists()


def test_a_property_that_holds_gives_0_and_a_complete_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert main(["--property", "half-open", *SMALL, "--out", str(tmp_path), "--json", str(report)]) == 0
    found = json.loads(report.read_text())
    assert found["schema_version"] == 1
    assert found["exit_code"] == 0
    assert {"python", "z3-solver", "llvmlite", "numba"} <= found["tools"].keys()
    (row,) = found["claims"]
    assert row["claim"] == row["property"] == "half-open"
    assert row["config"] == Config(incarnations=2, crashes=1, capacity=1).as_dict()
    assert (row["verdict"], row["expected"], row["engine"], row["scope"]) == ("holds", None, "explicit", "bounded")
    assert row["trace"] is row["figure"] is None
    assert row["bounds_touched"].keys() == {"channel full", "incarnations exhausted"}
    assert (row["states"], row["transitions"], row["depth"]) == (13302, 71208, 26)


def test_a_violated_property_gives_1_and_its_trace_in_all_forms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    command = ["--property", "half-open", "--set", "handshake=two-way", "--out", str(tmp_path), "--json", str(report)]
    assert main(command) == 1
    text = capsys.readouterr().out
    whole = (tmp_path / "half-open-handshake-two-way.txt").read_text()
    assert "  4.  B: LISTEN, SYN arrives  [3.10.7.2]" in whole
    assert "Reproduce it: python -m model.check --property half-open --set handshake=two-way" in whole
    assert text.splitlines()[-1] == "half-open fails. Exit status 1: it is not so."
    (row,) = json.loads(report.read_text())["claims"]
    assert [step["event"] for step in row["trace"]] == [
        "passive OPEN",
        "active OPEN",
        "CLOSE in SYN-SENT",
        "LISTEN, SYN arrives",
    ]
    assert row["trace"][3]["state"]["B.state"] == "ESTABLISHED"
    assert row["trace"][3]["segment"] == "<SEQ=1><CTL=SYN>; <SEQ=14><ACK=2><CTL=SYN,ACK>"
    figure = Path(row["figure"])
    assert figure.suffix == ".svg"
    assert "</svg>" in figure.read_text()
    assert figure.with_suffix(".dot").exists()
    assert "SYN arrives" in figure.with_suffix(".txt").read_text()


@pytest.mark.parametrize(
    ("variant", "expected", "settings"),
    [
        ("three-way", "holds", ""),
        ("data_on_syn=accepted syn=rfc793", "", "--set=data_on_syn=accepted --set=syn=rfc793 "),
    ],
)
def test_a_proof_says_how_to_get_it_again(variant: str, expected: str, settings: str) -> None:
    claim = find("half-open")
    assert claim is not None
    row = TaskResult(
        Task(claim, variant, Config(), expected, "unbounded"),
        Outcome("", Answer.HOLDS, Effort(0, 0, 0, complete=True), "unbounded"),
    )
    text = proof_text(replace(row, proof=ProofReport((), (), (), (), "")))
    assert f"Reproduce it: python -m model.check --engine unbounded {settings}half-open\n" in text


def test_as_many_workers_as_there_are_segments_of_the_table() -> None:
    assert MOST_WORKERS == SEGMENTS


def test_what_holds_is_open_as_long_as_its_premise_was_not_seen_to_happen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--property", "half-open", "--set", "open_a=passive", "--out", str(tmp_path)]
    assert main([*asked, "--engine", "induction", "--depth", "1"]) == INCONCLUSIVE
    text = capsys.readouterr().out
    assert "it holds, but its premise was not seen to happen: stale SYN in SYN-RECEIVED" in " ".join(text.split())
    assert "bounds touched: not counted" in (tmp_path / "report.txt").read_text()


def test_a_property_whose_premise_never_happens_is_vacuous_and_gives_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--property", "half-open", "--set", "closes=none", "--out", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert "its premise never happens: " in text
    assert text.splitlines()[-1] == "half-open is vacuous. Exit status 1: it is not so."


def test_a_limit_makes_the_verdict_unknown_and_gives_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--property", "half-open", *SMALL, "--max-states", "500", "--out", str(tmp_path)]) == 3
    text = capsys.readouterr().out
    assert "open: half-open with incarnations=2 crashes=1 capacity=1: max-states 500 reached" in " ".join(text.split())
    assert text.splitlines()[-1].startswith("Inconclusive: half-open")


def test_without_graphviz_the_run_goes_on_and_says_how_to_get_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> bytes:
        raise CannotDraw("there is no such program")

    monkeypatch.setattr("model.pictures.render.draw", missing)
    assert main(["figure-6", "--out", str(tmp_path)]) == 0
    assert "to get pictures: pip install graphviz-pure" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "figure-6-three-way.dot").exists()


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m model.check --list | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["S1  How does a connection open?", "0"]
    assert done.stderr == ""


@pytest.mark.long
@pytest.mark.parametrize(("variant", "code"), [("three-way", 0), ("two-way", 1)])
def test_a_closed_pipe_changes_neither_status_nor_report(variant: str, code: int, tmp_path: Path) -> None:
    command = f"{sys.executable} -m model.check --property half-open --set incarnations=2 --set crashes=1"
    command += f" --set capacity=1 --set handshake={variant} --out {tmp_path} --json {tmp_path}/r.json | true"
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{code}\n", "")
    assert json.loads((tmp_path / "r.json").read_text())["exit_code"] == code


def test_a_file_that_cannot_be_written_is_named_and_the_table_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "figure-6-three-way.txt").mkdir()
    assert main(["figure-6", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.err == f"model.check: {tmp_path}/figure-6-three-way.txt: Is a directory\n"
    assert "Everything is as claimed: 2 verdicts. Exit status 2: something could not be written." in said.out


def test_an_internal_error_gives_70_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("broken on purpose")

    monkeypatch.setattr("model.questions.jobs.answered", broken)
    assert main(["figure-6", "--jobs", "1", "--out", str(tmp_path)]) == 70
    assert capsys.readouterr().err.splitlines()[-1].startswith("model.check: internal error")


def test_a_cache_that_others_may_write_is_ignored_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    monkeypatch.setenv("TCP_MODEL_CACHE", str(cache))
    monkeypatch.setenv("COLUMNS", "1000")
    assert main(["--property", "half-open", *SMALL, "--out", str(tmp_path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("is ignored: ") == 1
    assert list(cache.iterdir()) == []
    assert main(["figure-6", "--out", str(tmp_path)]) == 0
    assert "is ignored" not in capsys.readouterr().out
