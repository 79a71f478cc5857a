"""What a wheel has, and which version it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project() -> Any:
    """What `pyproject.toml` says."""
    return pytest.importorskip("tomllib").loads((ROOT / "pyproject.toml").read_text())  # From Python 3.11 on.


@pytest.mark.parametrize("package", ["model", "properties"])
def test_a_wheel_has_every_file(project: Any, package: str) -> None:
    folder, patterns = ROOT / package, project["tool"]["setuptools"]["package-data"][package]
    some = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    files = {path for path in some if path.suffix != ".py"}
    assert folder / "py.typed" in files
    assert files == {path for pattern in patterns for path in folder.glob(pattern)}


@pytest.mark.parametrize("package", ["model", "properties"])
def test_every_folder_with_modules_is_a_package(package: str) -> None:
    """setuptools leaves others out."""
    for module in (ROOT / package).rglob("*.py"):
        assert (module.parent / "__init__.py").exists(), module


def test_the_changelog_begins_with_this_version(project: Any) -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0].removeprefix("## ").split(",")[0] == project["project"]["version"]
