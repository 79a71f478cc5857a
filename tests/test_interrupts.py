"""Ctrl-C, sent by a terminal to all of a command's processes: status 130 within two seconds, whatever it is doing.

What was found is printed, there is no traceback, and nobody is left behind.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

CAPTURES = sorted((Path(__file__).parent / "data" / "captures").glob("*.pcap"))
SECONDS, DONE = 2.0, 0.3
COMMANDS = {
    "list": ["check", "--list"],
    "stories": ["check", "figure-6", "figure-8", "figure-9"],
    "search": ["check", "half-open"],
    "one search": ["check", "half-open", "--jobs", "1", "--engine", "explicit"],
    "infinite runs": ["check", "open-completes", "close-completes"],
    "study": ["check", "time-wait-threshold"],
    "proofs": ["check", "--engine", "unbounded"],
    "bmc": ["check", "half-open", "--engine", "bmc"],
    "induction": ["check", "half-open", "--engine", "induction", "--jobs", "1"],
    "quick": ["check", "--quick"],
    "everything": ["check"],
    "minimise": ["check", "--engine", "unbounded", "--minimise", "half-open"],
    "coverage": ["check", "--coverage"],
    "certify": ["certify", "CERTIFICATES"],
    "conform": ["conform", *map(str, CAPTURES)],
    "export": ["export", "tla", "half-open", "-o", "OUT/half_open.tla"],
    "mutants": ["benchmarks.mutants", "--sample", "50"],
}


@dataclass(frozen=True)
class Ended:
    """How a command ended after Ctrl-C: its status, the seconds that it took to, and what it said."""

    status: int
    seconds: float
    out: str
    err: str


def left_behind(group: int) -> list[str]:
    """Who of a process group runs on after a second (a zombie does not)."""
    for _ in range(20):
        listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
        lines = [line.split(maxsplit=2) for line in listed.splitlines()]
        left = [words for pgid, stat, words in lines if int(pgid) == group and not stat.startswith("Z")]
        if not left:
            break
        time.sleep(0.05)
    return left


def interrupted(
    name: str,
    after: float,
    out: Path,
    certificates: Path | None = None,
    signal_sent: signal.Signals = signal.SIGINT,
) -> Ended | None:
    """Run a command, and send Ctrl-C so many seconds after its first line has run; None if it had ended by then.

    Another signal goes to the command alone, not to all of its processes.
    """
    program, *arguments = COMMANDS[name]
    module = program if "." in program else f"model.{program}"
    arguments = [str(certificates) if argument == "CERTIFICATES" else argument for argument in arguments]
    arguments = [argument.replace("OUT", str(out)) for argument in arguments]
    if program == "check":
        arguments += ["--out", str(out)]
    begun = out / f"begun-{random.random()}"
    code = (
        f"import sys, runpy; sys.argv[1:] = {arguments!r}; import model.machine.interrupt as i; w = i.watch\n"
        f"def watch(name): w(name); open({str(begun)!r}, 'w').close()\n"
        f"i.watch = watch; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not begun.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(after)
    if process.poll() is not None:
        process.communicate()
        return None
    sent = time.monotonic()
    (os.killpg if signal_sent == signal.SIGINT else os.kill)(process.pid, signal_sent)
    said, error = process.communicate(timeout=60)
    ended = Ended(process.returncode, time.monotonic() - sent, said, error)
    assert left_behind(process.pid) == [], name
    done = ended.status == 0 and ended.seconds < DONE  # It had said its last word when the signal came.
    return None if done else ended


def check(name: str, after: float, ended: Ended) -> None:
    """That it ended as it should."""
    assert ended.status == 130, (name, after, ended)
    assert ended.seconds < SECONDS, (name, after, ended)
    assert "Traceback" not in ended.err, (name, after, ended)
    assert ended.err.splitlines()[-1].endswith(": interrupted"), (name, after, ended)


@pytest.mark.parametrize("name", ["everything", "conform"])
def test_while_it_is_still_loading(name: str, tmp_path: Path) -> None:
    for after in (0.0, 0.05, 0.2):
        ended = interrupted(name, after, tmp_path)
        if ended is not None:
            check(name, after, ended)


@pytest.mark.long
@pytest.mark.parametrize("name", ["induction", "proofs", "search", "coverage"])
def test_while_it_works(name: str, tmp_path: Path) -> None:
    ended = interrupted(name, 6.0, tmp_path)
    assert ended is not None
    check(name, 6.0, ended)
    assert ended.out
    if name == "coverage":
        assert "searched: " in ended.out
    else:
        assert "Interrupted: " in ended.out


@pytest.mark.long
def test_a_terminated_command_tells_what_it_has_found(tmp_path: Path) -> None:
    """SIGTERM, as a CI's runner sends it to the command alone."""
    ended = interrupted("search", 3.0, tmp_path, signal_sent=signal.SIGTERM)
    assert ended is not None
    check("search", 3.0, ended)
    assert "of 6 verdicts found. Exit status 130: interrupted." in ended.out


@pytest.mark.minutes
def test_two_hundred_times_at_random_moments_over_all_commands(tmp_path: Path) -> None:
    rng, certificates = random.Random(os.environ.get("SEED", "2026")), tmp_path / "certificates"
    subprocess.run(
        [sys.executable, "-m", "model.check", "half-open", "--quick", "--certify", "--out", str(tmp_path)],
        check=True,
        capture_output=True,
    )
    struck, slowest, failures = 0, 0.0, list[str]()
    while struck < 200:
        name = rng.choice([*COMMANDS])
        after = rng.choice([rng.uniform(0, 1), rng.uniform(0, 4), rng.uniform(0, 15)])
        ended = interrupted(name, after, tmp_path, certificates)
        if ended is not None:
            struck, slowest = struck + 1, max(slowest, ended.seconds)
            try:
                check(name, after, ended)
            except AssertionError as error:
                failures.append(str(error))
    sys.stderr.write(f"{struck} times, the slowest took {slowest:.2f} s\n")
    assert not failures, "\n".join(failures)
