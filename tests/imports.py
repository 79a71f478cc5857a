"""The imports of the project as data and as a picture: `python -m tests.imports [--out FILE]`.

A module is in a *room*, a package or the command lines; rooms are on levels, and a module may import from its own room
and from lower levels only. `tests.test_architecture` checks that; the picture shows it: a row for each level, the
command lines on top, and an arrow for each import between rooms, unless other arrows lead there too.

Exit status: 0 no circle, no arrow upwards, and the files are written; 1 otherwise.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from model.machine.printing import say
from model.pictures.dot import BOLD, SANS, Value, attributes, quote
from model.pictures.render import Pictures

Graph = Mapping[str, set[str]]
"""What each module, or room, imports."""
ROOT = Path(__file__).parent.parent
LEVELS = (
    ("words",),
    ("core", "machine"),
    ("settings", "pictures", "cli", "engines.native", "engines.symbolic"),
    ("engines.explicit", "engines.inductive", "export", "tcp"),
    ("engines.infinite", "engines", "mutants"),
    ("network", "conform", "engines.epistemic"),
    ("any_channel", "properties"),
    ("properties.proofs", "certificates", "page"),
    ("questions",),
    ("report", "rechecks"),
    ("commands",),
)
"""The rooms, the lowest level first."""
COMMANDS = ("model", "model.check", "model.certify", "model.start")
RUN = ("check.py", "certify.py", "endings.py", "start.py", "__main__.py")
"""Command lines, and what they share: they print, and may import all."""
COLUMNS = 34
PAD = 3 * " "
"""On either side of a line: who looks at the picture may have a wider font than who has laid it out."""
INK, WRONG = "#263238", "#c62828"


def modules() -> dict[str, Path]:
    """Every module of the project, with its file."""
    files = sorted([*ROOT.glob("model/**/*.py"), *ROOT.glob("properties/**/*.py")])
    return {".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): f for f in files}


def imported(path: Path) -> set[str]:
    """The names under `model` and `properties` that a file imports: modules, and what it takes from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("model", "properties")}


def imports() -> dict[str, set[str]]:
    """The modules that each module imports; the two packages at the top, which hold no code, are left out."""
    every = modules()
    return {module: imported(file) & set(every) - {"model", "properties"} for module, file in every.items()}


def room(module: str) -> str:
    """The room that a module belongs to: the longest of the names in `LEVELS` that it begins with."""
    if module.endswith("__main__") or module in COMMANDS:
        return "commands"
    path = module.removeprefix("model.")
    named = [name for level in LEVELS for name in level if f"{path}.".startswith(f"{name}.")]
    return max(named, key=len)


def level(name: str) -> int:
    """The level of a room, the lowest one is 0."""
    return next(at for at, names in enumerate(LEVELS) if name in names)


def between_rooms(graph: Graph) -> dict[str, set[str]]:
    """The rooms that the modules of each room import from, its own apart."""
    found: dict[str, set[str]] = {name: set() for names in LEVELS for name in names}
    for module, others in graph.items():
        found[room(module)] |= {room(other) for other in others} - {room(module)}
    return found


def reached(graph: Graph, first: str) -> set[str]:
    """What is reached from a node by one arrow or more."""
    found: set[str] = set()
    waiting = [*graph[first]]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += graph[at]
    return found


def circles(graph: Graph) -> set[frozenset[str]]:
    """The nodes that reach each other, where there are several, and those that import themselves."""
    reach = {node: reached(graph, node) for node in graph}
    return {frozenset(other for other in reach[node] if node in reach[other]) for node in graph if node in reach[node]}


def upwards(rooms: Graph) -> set[tuple[str, str]]:
    """The arrows between rooms that lead to the same level or a higher one."""
    return {(here, there) for here, others in rooms.items() for there in others if level(there) >= level(here)}


def shown(rooms: Graph) -> set[tuple[str, str]]:
    """The arrows of the picture: those that no longer way replaces, and all that lead upwards."""
    wrong = upwards(rooms)
    right = {here: {there for there in others if (here, there) not in wrong} for here, others in rooms.items()}
    arrows = {(here, there) for here, others in right.items() for there in others}
    return wrong | {
        (here, there) for here, there in arrows if not any(there in reached(right, other) for other in right[here])
    }


def statements(path: Path) -> int:
    """How many statements of Python a file has, texts (docstrings) among them."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(path.read_text())))


def purpose(name: str) -> str:
    """What lives in a room: the first line of its package's docstring."""
    if name == "commands":
        return "The command lines: they parse, ask and print."
    path = ROOT.joinpath(*([] if name.startswith("properties") else ["model"]), *name.split("."), "__init__.py")
    return (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]


def picture(graph: Graph) -> str:
    """The rooms as Graphviz source."""
    rooms, every = between_rooms(graph), modules()
    wrong = upwards(rooms)
    lines = [*_frame(), *(line for at in reversed(range(len(LEVELS))) for line in _row(at, every))]
    for here, there in sorted(shown(rooms)):
        look = attributes(color=WRONG, penwidth=2.5, constraint="false") if (here, there) in wrong else ""
        lines.append(f"{quote(here)} -> {quote(there)} [{look}];")
    return "\n".join(["digraph imports {", *(f"  {line}" for line in lines), "}"]) + "\n"


def _frame() -> Iterator[str]:
    """How everything looks, and the numbers of the levels, one under the other."""
    look: dict[str, Value] = {"bgcolor": "white", "pad": 0.3, "nodesep": 0.3, "ranksep": 0.55}
    yield f"graph [{attributes(**look)}];"
    shape: dict[str, Value] = {"shape": "box", "style": "rounded,filled", "fillcolor": "#eceff1", "color": "#607d8b"}
    yield f"node [{attributes(fontname=SANS, fontsize=11, fontcolor=INK, margin='0.1,0.08', **shape)}];"
    yield f"edge [{attributes(color='#78909c', arrowsize=0.7)}];"
    for at in range(len(LEVELS)):
        plain = attributes(label=f"{at + 1}", shape="plaintext", style="", fontname=BOLD, fontsize=14)
        yield f"{quote(f'level {at}')} [{plain}];"
    for at in range(1, len(LEVELS)):
        yield f"{quote(f'level {at}')} -> {quote(f'level {at - 1}')} [{attributes(style='invis', weight=100)}];"


def _row(at: int, every: Mapping[str, Path]) -> Iterator[str]:
    """A level: its number and its rooms, side by side."""
    for name in LEVELS[at]:
        inside = [file for module, file in every.items() if room(module) == name]
        size = f"{len(inside)} modules, {sum(map(statements, inside)):,} statements"
        words = [name, *textwrap.wrap(re.sub("[`*]", "", purpose(name)), COLUMNS), size]
        label = "\n".join(f"{PAD}{line}{PAD}" for line in words)
        yield f"{quote(name)} [{attributes(label=label)}];"
    yield f"{{ rank=same; {' '.join(quote(name) for name in (f'level {at}', *LEVELS[at]))} }}"


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, and print how many levels, rooms, modules, statements and circles there are; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.imports", description=__doc__)
    parser.add_argument("--out", metavar="FILE", type=Path, default=Path("out/imports.svg"), help="the picture"
                        " (default: out/imports.svg); beside it goes its source for Graphviz")  # fmt: skip
    path, graph = parser.parse_args(argv).out, imports()
    pictures, rooms, files = Pictures(), between_rooms(graph), modules().values()
    pictures.draw(picture(graph), path.with_suffix(""), "dot")
    drawn, problems = pictures.finish()
    rings, up = len(circles(graph)) + len(circles(rooms)), len(upwards(rooms))
    say(f"{len(LEVELS)} levels, {len(rooms)} rooms, {len(files)} modules, {sum(map(statements, files)):,} statements")
    say(f"{rings} circles, {up} arrows upwards")
    say("\n".join([*(str(one.svg or f"{one.dot}: {one.reason}") for one in drawn.values()), *problems]))
    return 1 if rings or up or problems else 0


if __name__ == "__main__":
    sys.exit(main())
