"""Imports go one way: nodes < terms < system < tcp, network < properties; engines and traces know nothing of TCP."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "model.machine.files": (),
    "model.machine.screen": (),
    "model.core.near": (),
    "model.core.nodes": (),
    "model.machine.reading": ("model.machine.reading",),
    "model.machine.printing": ("model.machine.printing",),
    "model.core.z3fast": (),
    "model.core.terms": ("model.core.nodes",),
    "model.core.system": ("model.core.nodes", "model.core.terms"),
    "model.core.run": ("model.core.nodes", "model.core.terms", "model.core.system"),
    "model.engines": (
        "model.machine.files",
        "model.core.z3fast",
        "model.core.nodes",
        "model.core.terms",
        "model.core.system",
        "model.core.run",
        "model.engines",
        "model.machine.reading",
    ),
    "model.traces": (
        "model.machine.files",
        "model.core.nodes",
        "model.core.terms",
        "model.core.system",
        "model.core.run",
        "model.traces",
    ),
    "model.export": (
        "model.core.nodes",
        "model.core.terms",
        "model.core.system",
        "model.core.run",
        "model.engines.native.packing",
        "model.engines.native.firing",
        "model.export",
    ),
    "model.tcp": ("model.core.z3fast", "model.tcp", "model.core.near"),
    "model.network": (
        "model.core.z3fast",
        "model.core.nodes",
        "model.core.terms",
        "model.core.system",
        "model.tcp",
        "model.mutants.protocol",
        "model.network",
        "model.engines.inductive.obligations",
        "model.engines.inductive.discharge",
    ),
    "model.questions.scenario": (
        "model.core.near",
        "model.core.nodes",
        "model.core.terms",
        "model.core.system",
        "model.core.run",
        "model.tcp",
        "model.network",
        "model.machine.reading",
        "model.machine.printing",
    ),
    "model.mutants": ("model.tcp", "model.mutants"),
    "model.conform": (
        "model.machine.screen",
        "model.core.nodes",
        "model.core.terms",
        "model.tcp",
        "model.mutants.protocol",
        "model.conform",
        "model.machine.reading",
        "model.machine.printing",
    ),
    "model.questions.studies.study": (
        "model.core.system",
        "model.core.run",
        "model.tcp",
        "model.network",
        "model.engines",
    ),
    "model.studies": (
        "model.questions.studies.study",
        "model.core.system",
        "model.tcp",
        "model.network",
        "model.engines",
        "properties",
    ),
    "model.certificates.confined": (),
    "model.certificates.grammar": ("model.export.smtlib", "model.machine.reading"),
    "model.rechecks.derived": (
        "model.certificates.manifests",
        "model.certificates.obligations",
        "model.engines.inductive.obligations",
        "model.questions.theorems",
        "model.questions.proof_words",
        "model.questions.row",
        "model.tcp",
    ),
    "properties": (
        "model.core.system",
        "model.tcp",
        "model.mutants.protocol",
        "model.network",
        "model.engines.infinite.fairness",
        "model.engines.infinite.liveness",
        "model.engines.inductive.obligations",
        "properties",
    ),
}
"""What a package or module may import of this project; the rest of `model` is the command line and may import all.

An unbounded network, and what is said of it, is stated in the words of the engine `unbounded`, as rules are in those of
`system`. What derives obligations for a certificate's checker does not import what proves them.
"""
RUN = ("check.py", "certify.py", "cli.py", "start.py", "__main__.py")
"""Command lines, and what they share: they print, and may import all."""


def imports(path: Path) -> set[str]:
    """The modules of this project that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("model", "properties")}


def beneath(name: str, package: str) -> bool:
    """Whether `name` is `package` or in it."""
    return name == package or name.startswith(package + ".")


def test_imports_go_one_way() -> None:
    seen = set()
    for path in [*ROOT.glob("model/**/*.py"), *ROOT.glob("properties/**/*.py")]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package, allowed in ALLOWED.items():
            if beneath(module, package) and path.name not in RUN:
                seen.add(package)
                modules = {name for name in imports(path) if name not in ("model", "properties")}
                wrong = {name for name in modules if not any(beneath(name, good) for good in allowed)}
                assert not wrong, f"{module} may not import {sorted(wrong)}"
    assert seen == set(ALLOWED)


def test_only_modules_that_are_run_print() -> None:
    for path in [*ROOT.glob("model/**/*.py"), *ROOT.glob("properties/**/*.py")]:
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        prints = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
        assert not prints or path.name in RUN, path


def test_only_the_module_screen_makes_consoles() -> None:
    """There no text is taken for markup."""
    for path in [*ROOT.glob("model/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]:
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        made = "Console" in [called.id for called in calls if isinstance(called, ast.Name)]
        assert not made or path.name == "screen.py", path
