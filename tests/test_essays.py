"""The essay at the head of each package: what lives there, what may be touched, what may be imported."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec

import pytest

from tests.imports import modules

PACKAGES = [name for name, file in modules().items() if file.name == "__init__.py"]
OTHERS = {"obligations/", "study=True"}
"""Words in backticks that are no modules, although they begin in lower case."""


def essay(package: str) -> str:
    """A package's docstring."""
    return ast.get_docstring(ast.parse(modules()[package].read_text())) or ""


def named(package: str) -> list[str]:
    """The modules that its essay names: what stands in backticks, and what is run with `-m`."""
    words = re.findall(r"`(?:python -m )?([a-z][^` ]*)[^`]*`", essay(package))
    return [word for word in words if word not in OTHERS]


def exists(package: str, name: str) -> bool:
    """Whether there is such a module: in the package, in `model`, or by its full name."""
    places = [f"{package}.{name}", f"model.{name}", name]
    return any(place in modules() for place in places) or (name.startswith("tests.") and find_spec(name) is not None)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_begins_with_an_essay(package: str) -> None:
    lines = essay(package).splitlines()
    assert 5 <= len(lines) <= 15
    assert lines[0].endswith(".")
    assert "import" in essay(package)


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_that_an_essay_names_exist(package: str) -> None:
    assert named(package)
    assert [name for name in named(package) if not exists(package, name)] == []


def test_every_module_is_named_in_the_essay_of_its_package() -> None:
    """Those of the claims, which are many and alike, by their like."""
    for package in PACKAGES:
        inside = {name for name in modules() if name.rpartition(".")[0] == package} - {f"{package}.__main__"}
        told = {f"{place}.{name}" for name in named(package) for place in (package, "model")}
        assert {name for name in inside - told if "claims_" not in name and package != "model"} == set(), package


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_nothing(package: str) -> None:
    """Whoever imports a module loads that module and what it needs."""
    tree = ast.parse(modules()[package].read_text())
    found = [
        n.module if isinstance(n, ast.ImportFrom) else n
        for n in tree.body
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert found in ([], ["__future__"])
