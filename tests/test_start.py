"""How the programs begin: in any folder, whatever lies there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A folder of somebody's own, with packages that have the names of ours."""
    for name in ("model", "properties"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('somebody else')\n")
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("tcp-check", ["figure-6"]),
        ("tcp-check", ["--property", "half-open", "--set", "incarnations=1", "--set", "capacity=1"]),
        ("tcp-export", ["tla", "half-open"]),
        ("tcp-conform", ["--help"]),
        ("tcp-certify", ["--help"]),
    ],
)
def test_a_console_script_works_in_any_folder(full: Path, script: str, arguments: list[str]) -> None:
    done = run(full, str(SCRIPTS / script), *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("module", ["model.check", "model.certify", "model.conform", "model.export"])
def test_a_package_that_is_in_the_way_is_named(full: Path, module: str) -> None:
    (full / "model" / "__init__.py").unlink()
    (full / "model").rmdir()
    done = run(full, sys.executable, "-m", module, "--help")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"{module}: {full / 'properties'} hides this project's package of the same name;")
    assert done.stderr.count("\n") == 1
