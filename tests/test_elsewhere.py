"""What a system other than Linux lacks is not needed: every module is imported, and a check is made, without it.

This is no Windows: the libraries are those of this system, and are imported before anything is hidden. What is shown is
that nothing of the project's own asks for what Windows lacks. `O_NONBLOCK` stays, as filelock opens its file with it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT = """
import concurrent.futures.process, importlib, json, mmap, multiprocessing.context, os, pkgutil, signal, subprocess, sys
import asyncio, tempfile
import dpkt, filelock, graphviz.backend.execute, llvmlite.binding, numba, numpy, psutil, rich.console, rich.progress
import rich.status, rich.table, scipy.sparse.csgraph, z3
psutil.virtual_memory()

import model, properties
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "readline", "curses"):
    sys.modules[name] = None
GONE = {
    os: "sysconf uname getuid geteuid getgid getegid fork forkpty wait4 waitid killpg setsid getpgid chown lchown"
    " fchmod fchown sched_getaffinity sched_setaffinity getloadavg mkfifo statvfs O_NOFOLLOW O_DIRECTORY O_CLOEXEC"
    " O_SYNC pread pwrite sendfile posix_fallocate sync nice",
    mmap: "MAP_PRIVATE MAP_SHARED MAP_ANONYMOUS MAP_ANON MAP_NORESERVE MADV_HUGEPAGE PROT_READ PROT_WRITE",
    signal: "SIGKILL SIGHUP SIGQUIT SIGUSR1 SIGUSR2 SIGALRM SIGPIPE SIGCHLD SIGXFSZ setitimer alarm pause"
    " pthread_sigmask pthread_kill sigwait siginterrupt",
}
for module, names in GONE.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)

count = 0
for package in (model, properties):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
            count += 1
assert count > 150, count

from concurrent.futures import Executor, Future
from threading import Thread
from model.questions import jobs, worker

class Here(Executor):
    "In place of the crew, whose processes Python itself starts here with what is hidden: a thread for each thing."
    def __init__(self, size, heard):
        self.heard = heard
    def submit(self, function, /, *arguments):
        future = Future()
        def do():
            worker.tell = lambda what: self.heard(future, what)
            future.set_running_or_notify_cancel()
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)
        Thread(target=do).start()
        return future

jobs.Crew = Here
from model.check import main
assert "fcntl" not in sys.modules or sys.modules["fcntl"] is None
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process that lacks all this."""
    return subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.long
def test_a_check_needs_nothing_that_only_posix_has(tmp_path: Path) -> None:
    settings = [f"--set={setting}" for setting in ("incarnations=2", "crashes=1", "capacity=1", "handshake=two-way")]
    saved, report = tmp_path / "saved", tmp_path / "report.json"
    command = ["--property", "half-open", *settings, "--jobs=1", "--certify", "--write=pcap,itf,packetdrill"]
    for _ in range(2):
        done = run(*command, f"--checkpoint={saved}", f"--json={report}", f"--out={tmp_path / 'out'}")
        assert (done.returncode, done.stderr) == (1, ""), done.stderr
        assert "half-open fails. Exit status 1" in done.stdout
    assert list(saved.glob("*/checkpoint.json"))
    assert list((tmp_path / "out").glob("half-open-*.svg"))


@pytest.mark.parametrize("name", ["fcntl", "resource", "posix"])
def test_what_is_hidden_is_hidden(name: str) -> None:
    """The test above could see that something is missing."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.replace("count = 0", f"import {name}")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"import of {name} halted" in done.stderr
