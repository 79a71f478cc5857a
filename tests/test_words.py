"""One name, one thing: no public class or type alias has the name of another one."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tests.imports import modules

SHARED = {
    "Channel": "the settings of a channel, and the channel that has them",
    "Clocks": "the settings of the clocks, and the clocks that have them",
}
"""The names of one thing in two rooms, with the reason."""
NO_ALIASES = ("TypeVar", "ParamSpec")


def aliased(value: ast.expr | None) -> bool:
    """Whether what is assigned to a capitalised name is a type."""
    if isinstance(value, ast.Call):
        return not (isinstance(value.func, ast.Name) and value.func.id in NO_ALIASES)
    return isinstance(value, ast.Subscript | ast.BinOp | ast.Name | ast.Attribute)


def defined(source: str) -> Iterator[str]:
    """The public classes and type aliases of a module: aliases are assigned, and have small letters in their names."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and aliased(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (one.id for one in targets if isinstance(one, ast.Name) and not one.id.isupper())


def twice(sources: Mapping[str, str], shared: Iterable[str] = ()) -> dict[str, list[str]]:
    """The names that several modules define, and which ones do."""
    found = defaultdict[str, list[str]](list)
    for module, source in sources.items():
        for name in {one for one in defined(source) if one[0].isupper()}:
            found[name].append(module)
    return {name: where for name, where in found.items() if len(where) > 1 and name not in shared}


def sources() -> dict[str, str]:
    """The text of every module."""
    return {module: file.read_text(encoding="utf-8") for module, file in modules().items()}


def test_no_class_or_type_alias_is_defined_twice() -> None:
    assert twice(sources(), SHARED) == {}


def test_every_shared_name_is_shared() -> None:
    assert twice(sources()).keys() == SHARED.keys()


def test_a_second_definition_is_found() -> None:
    first = "class Report: ...\nLIMIT = max(1, 2)\nT = TypeVar('T')\n"
    second = "Report = Callable[[int], None]\nLIMIT = max(1, 2)\nT = TypeVar('T')\n_Own = int\n"
    assert twice({"first": first, "second": second, "third": "_Own = str"}) == {"Report": ["first", "second"]}
    assert twice({"first": "class Step: ...", "second": "from first import Step"}) == {}
