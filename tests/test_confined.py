"""A process that was made harmless computes, and does nothing else, whatever a script says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from model.certificates.confined import confine, landlocked
from model.certificates.solvers import SOLVERS, ask, harmless
from model.machine.crew import Crew, Died

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on a process of its own")
ASKS = "(set-logic QF_BV)\n(declare-fun x () (_ BitVec 8))\n(assert (= (bvmul x x) (_ bv{} 8)))\n(check-sat)\n"


def alone() -> None:
    """Confine a process that has this module, since it will load no other."""
    confine()


def truncate(path: str) -> str:
    """Empty a file."""
    with open(path, "w"):
        return "opened"


def make(path: str) -> str:
    """Make a file."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    return "made"


def read(path: str) -> str:
    """Read a file."""
    with open(path) as file:
        return file.read()


def remove(path: str) -> str:
    """Remove a file."""
    os.unlink(path)
    return "removed"


def listen(_: str) -> str:
    """Open a socket."""
    with socket.socket():
        return "opened"


def write_here(_: str) -> str:
    """Write into the working directory."""
    return make("here")


def look_around(_: str) -> str:
    """Say what there is to write to: the working directory, and open descriptors other than pipes."""
    return os.getcwd()


ATTEMPTS = (truncate, make, read, listen, write_here, look_around)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_confined_process_opens_nothing(attempt: Callable[[str], str], tmp_path: Path) -> None:
    """First it can, which shows that the attempt is one."""
    victim = tmp_path / "victim"
    path = str(tmp_path / "new" if attempt is make else victim)
    victim.write_text("precious")
    with Crew(1, prepare=alone) as crew:
        if attempt not in (truncate, write_here):
            assert attempt(path)
        if attempt is make:
            (tmp_path / "new").unlink()
        with pytest.raises(OSError, match=r"."):
            crew.submit(attempt, path).result(60)
    assert victim.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [victim]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Landlock is Linux's")
def test_with_landlock_nothing_is_removed_either(tmp_path: Path) -> None:
    if not has_landlock():
        pytest.skip("this kernel has no Landlock, or it is switched off")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    with Crew(1, prepare=alone) as crew, pytest.raises(PermissionError):
        crew.submit(remove, str(victim)).result(60)
    assert victim.read_text() == "precious"


def has_landlock() -> bool:
    """Whether a process of its own can have itself restricted."""
    with Crew(1) as crew:
        return crew.submit(landlocked).result(60)


CHANNELS = (":regular-output-channel", ":diagnostic-output-channel")


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_script_empties_no_file(solver: str, channel: str, tmp_path: Path) -> None:
    """Even one that gets past the grammar."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    script = f'(set-option {channel} "{victim}")\n{ASKS.format(4)}'
    with Crew(1, prepare=harmless) as crew:
        with suppress(Died):  # That is an end, too.
            assert crew.submit(ask, script, [solver], 5.0).result(60)[0] in ("sat", "unknown")
        assert crew.submit(ask, ASKS.format(4), [solver], 5.0).result(60)[0] == "sat"
    assert victim.read_text() == "precious"


def test_the_same_script_empties_a_file_where_nobody_is_confined(tmp_path: Path) -> None:
    """Which shows that there is something to be afraid of."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    script = f'(set-option :regular-output-channel "{victim}")\n{ASKS.format(4)}'
    command = "import sys; from model.certificates.solvers import ask; ask(sys.argv[1], ['cvc5'], 5.0)"
    subprocess.run([sys.executable, "-c", command, script], check=False, timeout=60, capture_output=True)
    assert victim.read_text() != "precious"


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_harmless_process_answers(solver: str) -> None:
    """No number of eight bits has the square 2."""
    with Crew(1, prepare=harmless) as crew:
        answers = [crew.submit(ask, ASKS.format(square), [solver], 5.0).result(60) for square in (4, 2)]
    assert answers == [("sat", solver), ("unsat", solver)]


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_harmless_process_keeps_its_time(solver: str) -> None:
    """That a number of 62 bits is prime is found out by no SAT solver within an instant."""
    script = (
        "(set-logic QF_BV)\n(declare-fun x () (_ BitVec 64))\n(declare-fun y () (_ BitVec 64))\n"
        "(assert (= (bvmul x y) (_ bv4611686018427387847 64)))\n(assert (bvult x (_ bv4294967296 64)))\n"
        "(assert (bvugt x (_ bv1 64)))\n(assert (bvult y (_ bv4294967296 64)))\n(assert (bvugt y (_ bv1 64)))\n"
        "(check-sat)\n"
    )
    with Crew(1, prepare=harmless) as crew:
        assert crew.submit(ask, script, [solver], 0.2).result(60) == ("unknown", "")


def test_what_a_confined_process_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    with Crew(1, prepare=alone) as crew:
        crew.submit(print, "unsat", flush=True).result(60)
    assert capfd.readouterr() == ("", "")
