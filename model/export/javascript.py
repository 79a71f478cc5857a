"""A system as a JavaScript module that executes it, in a page or in node.

`model` has the variables, the initial states, and for each rule what readers are told, its guard (`able` is what does
not depend on the inputs, `guard` the rest), its update and what it does to segments, as functions of a state and the
rule's inputs; the constraint as `within`, and the properties with their parts. A state is an array of values in the
order of the variables (see `javascript_table`). `pack` and `unpack` put one into 32-bit words and back. Nothing is
imported there; search.js beside this module explores such a model.

Source: the operator table. Limits: none of width; properties of steps read the successor as a second state.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import z3

from model.core.knowledge import Common, Fact, Formula, Knows, Views, facts
from model.core.nodes import Node, conjuncts, node_of, order
from model.core.property import Property
from model.core.system import Rule, System, Var
from model.core.terms import step
from model.export.javascript_table import NARROW, TABLE, number, wide

Names = Mapping[str, str]
"""What a free constant is called: a place in a state, or an input."""


class FunctionBody:
    """The body of a function: what occurs twice is computed once, just before it is needed for the first time."""

    def __init__(self, roots: Iterable[Node], names: Names) -> None:
        self.lines: list[str] = []
        self._names, self._value = names, dict[bytes, str]()
        uses = Counter(child.digest for node in order(list(roots)) for child in node.children)
        self._shared = {digest for digest, count in uses.items() if count > 1}

    def operand(self, root: z3.ExprRef | Node) -> str:
        """The expression for a term."""
        for node in order([root], self._value):
            self._value[node.digest] = self._named(node, self._of(node))
        return self._value[node_of(root).digest]

    def _of(self, node: Node) -> str:
        if node.constant:
            return self._names[node.name]
        return str(step(TABLE, node)(*(self._value[child.digest] for child in node.children)))

    def _named(self, node: Node, expression: str) -> str:
        if node.digest not in self._shared or not node.children:
            return expression
        name = f"v{len(self.lines)}"
        self.lines.append(f"const {name}={expression};")
        return name

    def do(self, line: str) -> None:
        """Add a statement."""
        self.lines.append(line)

    @property
    def text(self) -> str:
        """The statements."""
        return "".join(self.lines)


def javascript(
    system: System,
    properties: Sequence[Property] = (),
    about: str = "",
    knowledge: tuple[Views, Sequence[Formula]] | None = None,
) -> str:
    """The module's text. about: a line that says what the model is of.

    knowledge: what each side sees, and formulas, for who wants to know who knows what.
    """
    places = {var.name: f"s[{at}]" for at, var in enumerate(system.variables)}
    rows = [_variable(var) for var in system.variables]
    initial = [[_literal(var, state[var.name]) for var in system.variables] for state in system.initial]
    groups = [[[*system.var].index(name) for name in group] for group in system.symmetric]
    parts = [
        f"about:{json.dumps(about)}",
        f"variables:[{','.join(rows)}]",
        f"initial:[{','.join('[' + ','.join(values) + ']' for values in initial)}]",
        f"symmetric:{json.dumps(groups)}",
        f"within:{_says(z3.BoolVal(True) if system.constraint is None else system.constraint, places)}",
        f"rules:[\n{','.join(_rule(system, rule, places) for rule in system.rules)}]",
        f"properties:[\n{','.join(_property(prop, places) for prop in properties)}]",
        *([_knowledge(system, *knowledge, places)] if knowledge else []),
        *_packing(system.variables),
    ]
    return "export const model={" + ",\n".join(parts) + "};\n"


def _variable(var: Var) -> str:
    return json.dumps({"name": var.name, "bits": var.bits, "width": var.width, "names": var.names, "ghost": var.ghost})


def _literal(var: Var, value: int) -> str:
    return number(int(value), var.width) if var.width else str(bool(value)).lower()


_written: dict[Hashable, str] = {}
"""The text of a rule by its content: systems of like configurations have most rules in common."""
MOST = 20_000


def _rule(system: System, rule: Rule, places: Names) -> str:
    """A rule; its text is kept for other systems with the same rule and the same variables."""
    terms = [rule.guard, *rule.update.values(), *(t for wire in rule.wires for t in (wire.when, *wire.fields.values()))]
    wires = tuple((wire.action, wire.source, wire.target, *wire.fields) for wire in rule.wires)
    key = (
        *places,
        rule.name,
        rule.cite,
        *rule.update,
        *rule.choose.items(),
        wires,
        *(node_of(t).digest for t in terms),
    )
    if key not in _written:
        if len(_written) >= MOST:
            _written.clear()
        _written[key] = _rule_text(system, rule, places)
    return _written[key]


def _rule_text(system: System, rule: Rule, places: Names) -> str:
    names = {**places, **{name: name for name in rule.choose}}
    inputs = "".join(f",{name}" for name in rule.choose)
    whole = [*conjuncts(node_of(rule.guard))]
    first = [one for one in whole if not any(name in rule.choose for name, _ in one.constants)]
    told = {
        "name": rule.name, "side": rule.side, "kind": rule.kind, "event": rule.event, "brief": rule.brief,
        "cite": rule.cite, "call": rule.call, "choose": dict(rule.choose),
    }  # fmt: skip
    return (
        f"{{...{json.dumps(told)},able:(s)=>{{{_all(first, names)}}},"
        f"guard:(s{inputs})=>{{{_all([one for one in whole if one not in first], names)}}},"
        f"fire:(s{inputs})=>{{{_fire(system, rule, names)}}},"
        f"wires:(s{inputs})=>{{{_wires(rule, names)}}}}}\n"
    )


def _all(wanted: Sequence[Node], names: Names) -> str:
    """Whether all conjuncts are true, up to the first that is not."""
    body = FunctionBody(wanted, names)
    for one in wanted:
        body.do(f"if(!{body.operand(one)})return false;")
    return body.text + "return true;"


def _fire(system: System, rule: Rule, names: Names) -> str:
    wanted = {name: node_of(term) for name, term in rule.update.items()}
    body = FunctionBody(wanted.values(), names)
    at = {name: position for position, name in enumerate(system.var)}
    new = {at[name]: body.operand(node) for name, node in wanted.items()}
    changes = "".join(f"t[{position}]={value};" for position, value in new.items())
    return f"{body.text}const t=s.slice();{changes}return t;"


def _wires(rule: Rule, names: Names) -> str:
    """What the rule does to segments: those of its wires whose condition holds."""
    body = FunctionBody([node_of(term) for wire in rule.wires for term in (wire.when, *wire.fields.values())], names)
    body.do("const w=[];")
    for wire in rule.wires:
        when = body.operand(wire.when)
        fields = ",".join(f"{name}:{body.operand(term)}" for name, term in wire.fields.items())
        told = f"action:{json.dumps(wire.action)},source:{json.dumps(wire.source)},target:{json.dumps(wire.target)}"
        body.do(f"if({when})w.push({{{told},fields:{{{fields}}}}});")
    return body.text + "return w;"


def _property(prop: Property, places: Names) -> str:
    after = {f"{name}'": place.replace("s[", "t[") for name, place in places.items()}
    parts = ",".join(f"[{json.dumps(name)},{_says(term, {**places, **after})}]" for name, term in prop.parts.items())
    told = f"name:{json.dumps(prop.name)},kind:{json.dumps(prop.kind)}"
    return f"{{{told},holds:{_says(prop.term, {**places, **after})},parts:[{parts}]}}\n"


def _knowledge(system: System, views: Views, formulas: Sequence[Formula], places: Names) -> str:
    """The variables that each side sees, by their places; the facts, named functions; and the formulas over these."""
    at = {name: position for position, name in enumerate(system.var)}
    seen = {side: [at[var.name] for var in view] for side, view in views.items()}
    found = list({id(fact): fact for formula in formulas for fact in facts(formula)}.values())
    number = {id(fact): position for position, fact in enumerate(found)}
    listed = ",".join(json.dumps(_tree(formula, number)) for formula in formulas)
    functions = ",".join(f"[{json.dumps(fact.name)},{_says(fact.term, places)}]" for fact in found)
    return f"knowledge:{{views:{json.dumps(seen)},facts:[{functions}],formulas:[{listed}]}}"


def _tree(formula: Formula, number: Mapping[int, int]) -> list[object]:
    """A formula as data: its kind first."""
    match formula:
        case Fact():
            return ["fact", number[id(formula)]]
        case Knows():
            return ["knows", [formula.side], _tree(formula.what, number)]
        case Common():
            return ["knows", list(formula.sides), _tree(formula.what, number)]
    return [formula.how, *(_tree(part, number) for part in formula.parts)]


def _says(term: z3.BoolRef, names: Names) -> str:
    body = FunctionBody([node_of(term)], names)
    value = body.operand(term)
    return f"(s,t)=>{{{body.text}return {value};}}"


def _packing(variables: Sequence[Var]) -> Iterator[str]:
    """`words`, `pack`, `unpack`: each variable in the first word with room for it, a wide one in words of its own."""
    used, into, out = list[int](), list[list[str]](), list[str]()

    def place(bits: int) -> tuple[int, int]:
        word = next((at for at, full in enumerate(used) if full + bits <= NARROW), len(used))
        if word == len(used):
            used.append(0)
            into.append([])
        used[word] += bits
        return word, used[word] - bits

    for at, var in enumerate(variables):
        if not wide(var.bits):
            word, low = place(var.bits)
            into[word].append(f"s[{at}]<<{low}")
            bits = f"w[o+{word}]>>>{low}" + (f"&{(1 << var.bits) - 1}" if var.bits < NARROW else "")
            out.append(f"({bits})" if var.width else f"({bits})===1")
            continue
        pieces = []
        for low in range(0, var.bits, NARROW):
            word, _ = place(NARROW)
            into[word].append(f"Number(BigInt.asUintN(32,s[{at}]>>{low}n))")
            pieces.append(f"BigInt(w[o+{word}])<<{low}n")
        out.append("|".join(pieces))
    yield f"words:{len(used)}"
    yield "pack:(s,w,o)=>{" + "".join(f"w[o+{at}]={'|'.join(some)};" for at, some in enumerate(into)) + "}"
    yield f"unpack:(w,o)=>[{','.join(out)}]"
