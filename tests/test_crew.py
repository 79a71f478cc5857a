"""A crew of processes: an executor that survives the death of any of its members, and leaves nobody behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, as_completed
from pathlib import Path

import pytest

from model.core.answer import Limits
from model.machine.crew import Crew, Died, tell, wanted_to_stop
from model.pictures.render import Drawings
from model.questions.task import Options, Task
from model.questions.worker import answer_unit
from model.settings.config import Config
from properties.claims import find


def double(number: int) -> int:
    """Twice the number."""
    return 2 * number


def counting(most: int) -> int:
    """Tells 0, 1, 2, ... until it is wanted to stop; returns how many."""
    for number in range(most):
        tell(number)
        if wanted_to_stop():
            return number
        time.sleep(0.01)
    return most


def dies() -> None:
    """Ends its process."""
    os._exit(7)


def raises() -> None:
    """Raises what a user cannot mend."""
    raise ZeroDivisionError("on purpose")


def unpicklable() -> object:
    """Returns what cannot be sent."""
    return lambda: None


def alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_it_is_an_executor() -> None:
    with Crew(2) as crew:
        assert list(crew.map(double, range(5))) == [0, 2, 4, 6, 8]
        assert sorted(one.result() for one in as_completed([crew.submit(double, n) for n in (1, 2)])) == [2, 4]
    with pytest.raises(RuntimeError, match="dismissed"):
        crew.submit(double, 1)


def test_what_is_told_is_heard_in_order_before_the_result() -> None:
    heard = list[tuple[Future[int], int]]()
    with Crew(1, lambda future, what: heard.append((future, what))) as crew:
        asked = crew.submit(counting, 3)
        assert asked.result() == 3
    assert heard == [(asked, 0), (asked, 1), (asked, 2)]
    tell("outside of a crew nobody hears it")
    assert not wanted_to_stop()


def test_a_process_that_dies_loses_what_it_did_and_no_more() -> None:
    with Crew(1) as crew:
        lost, kept = crew.submit(dies), crew.submit(double, 4)
        with pytest.raises(Died, match="ended with status 7; try --jobs 1, or --max-memory"):
            lost.result()
        assert kept.result() == 8


prepared = list[str]()


def prepare() -> None:
    """Leaves a mark in its process."""
    prepared.append("once")


def marks() -> list[str]:
    """The marks in this process."""
    return prepared


def test_each_process_is_prepared_once_before_it_works() -> None:
    with Crew(1, prepare=prepare) as crew:
        assert [crew.submit(marks).result() for _ in range(2)] == [["once"], ["once"]]
        with pytest.raises(Died):
            crew.submit(dies).result()
        assert crew.submit(marks).result() == ["once"]
    assert not prepared


def test_an_error_comes_with_the_traceback_of_its_process() -> None:
    with Crew(1) as crew:
        error = crew.submit(raises).exception()
        assert isinstance(error, ZeroDivisionError)
        assert 'raise ZeroDivisionError("on purpose")' in str(error.__cause__)
        assert isinstance(crew.submit(unpicklable).exception(), RuntimeError)  # What it returns cannot be sent.
        assert crew.submit(double, unpicklable()).exception() is not None  # type: ignore[arg-type]
        assert crew.submit(double, 1).result() == 2


def test_who_is_asked_to_stop_may_tell_how_far_it_was() -> None:
    with Crew(1) as crew:
        busy, waiting = crew.submit(counting, 10_000), crew.submit(double, 1)
        while not busy.running():
            time.sleep(0.01)
        time.sleep(0.3)
        crew.stop()
        assert busy.result() < 10_000
        assert waiting.cancelled()


def test_what_is_to_stop_before_it_has_begun_has_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.questions.worker.wanted_to_stop", lambda: True)
    found = find("half-open")
    assert found is not None
    task = Task(found, "three-way", Config(incarnations=1, capacity=1), "holds")
    answer_unit(Options(Path("."), Limits(), Drawings(), []), [task])


def test_what_does_not_listen_is_ended_for_a_reason() -> None:
    with Crew(1) as crew:
        deaf = crew.submit(time.sleep, 60)
        while not deaf.running():
            time.sleep(0.01)
        crew.end(deaf, "too late")
        with pytest.raises(Died, match="too late"):
            deaf.result()
        assert crew.submit(double, 1).result() == 2


def test_an_exception_ends_everything() -> None:
    begun = time.monotonic()
    asked, members = list[Future[None]](), list[int]()

    def interrupted() -> None:
        with Crew(2) as crew:
            asked.extend(crew.submit(time.sleep, 60) for _ in range(3))
            while len(crew._members) < 2:
                time.sleep(0.01)
            members.extend(member.process.pid or 0 for member in crew._members.values())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - begun < 30
    assert asked[2].cancelled()
    assert not any(map(alive, members))


PARENT = """
import time
from model.machine.crew import Crew
if __name__ == "__main__":
    with Crew(2) as crew:
        asked = [crew.submit(time.sleep, 60) for _ in range(2)]
        while len(crew._members) < 2:
            time.sleep(0.01)
        print(*(member.process.pid for member in crew._members.values()), flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="no /proc to look into")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_parent_that_ends_leaves_nobody_behind(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py"], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    members = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(members) == 2
    assert all(map(alive, members))
    parent.send_signal(how)
    parent.wait()
    parent.stdout.close()
    for _ in range(50):
        if not any(map(alive, members)):
            break
        time.sleep(0.1)
    assert not any(map(alive, members))
