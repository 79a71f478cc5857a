"""Imports go one way: nodes < terms < system < tcp, network < properties; engines and traces know nothing of TCP."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "model.files": (),
    "model.screen": (),
    "model.near": (),
    "model.nodes": (),
    "model.reading": ("model.reading",),
    "model.printing": ("model.printing",),
    "model.z3fast": (),
    "model.terms": ("model.nodes",),
    "model.system": ("model.nodes", "model.terms"),
    "model.trace": ("model.nodes", "model.terms", "model.system"),
    "model.engines": (
        "model.files",
        "model.z3fast",
        "model.nodes",
        "model.terms",
        "model.system",
        "model.trace",
        "model.engines",
        "model.reading",
    ),
    "model.traces": ("model.files", "model.nodes", "model.terms", "model.system", "model.trace", "model.traces"),
    "model.export": (
        "model.nodes",
        "model.terms",
        "model.system",
        "model.trace",
        "model.engines.packing",
        "model.engines.firing",
        "model.export",
    ),
    "model.tcp": ("model.z3fast", "model.tcp", "model.near"),
    "model.network": (
        "model.z3fast",
        "model.nodes",
        "model.terms",
        "model.system",
        "model.tcp",
        "model.mutants.protocol",
        "model.network",
        "model.engines.unbounded",
        "model.engines.discharge",
    ),
    "model.scenario": (
        "model.near",
        "model.nodes",
        "model.terms",
        "model.system",
        "model.trace",
        "model.tcp",
        "model.network",
        "model.reading",
        "model.printing",
    ),
    "model.mutants": ("model.tcp", "model.mutants"),
    "model.conform": (
        "model.screen",
        "model.nodes",
        "model.terms",
        "model.tcp",
        "model.mutants.protocol",
        "model.conform",
        "model.reading",
        "model.printing",
    ),
    "model.study": ("model.system", "model.trace", "model.tcp", "model.network", "model.engines"),
    "model.studies": ("model.study", "model.system", "model.tcp", "model.network", "model.engines", "properties"),
    "model.certificates.confined": (),
    "model.certificates.grammar": ("model.export.smtlib", "model.reading"),
    "model.certificates.derived": (
        "model.certificates.manifests",
        "model.certificates.obligations",
        "model.engines.unbounded",
        "model.proof",
        "model.proof_words",
        "model.row",
        "model.tcp",
    ),
    "properties": (
        "model.system",
        "model.tcp",
        "model.mutants.protocol",
        "model.network",
        "model.engines.fairness",
        "model.engines.liveness",
        "model.engines.unbounded",
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
