"""A system as a Promela model for SPIN: C functions over the packed state, and one process that fires rules.

The state is `now.state`, an array of 64-bit words that SPIN stores and compares. The process has one control location,
and each firing (a rule with one choice of its inputs) is a `d_step`, so that nothing between states is stored.
There are two forms:

- *functions*: a guard and an update function for each rule, and an option of the loop for each firing;
- *table*: all successors of a state are computed at once, and kept while SPIN goes through them; option i takes
  successor i. The states and transitions are the same, and SPIN is several times faster.

What SPIN counts is what we count, but for what `surplus` says: SPIN counts the initial state among its transitions, and
if there are several initial states, a state before them. A successor outside the constraint is the state itself: a
transition to a state that is stored already. Compile with -DSAFETY -DNOREDUCE (reduction would count less).

Source: G. Holzmann, The SPIN Model Checker (2003), chapter 17, embedded C code. Limits: those of `c_table` and of the
packed state, and C texts of at most 64 KB each, as SPIN's lexer has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Literal

from model.core.property import Property
from model.core.run import choices
from model.core.system import Rule, System
from model.engines.native.packing import Layout
from model.export.c_code import decides, most_enabled, pieces, plain, rule_functions
from model.export.refusal import CannotExport

Form = Literal["table", "functions"]

FRAME = """\
c_decl {{
typedef unsigned long long word;
typedef struct {{ word w[{words}]; }} packed;
static const packed initial[{starts}] = {{ {initial} }};
}}
c_state "packed state" "Global" "initial[0]"
{functions}
active proctype system() {{
{begin}end: do
{options}
 od
}}
"""
SUCCESSORS = """\
/* All successors of the state `from`; successor i is by the firing number[i]. */
struct successors {{
 word from[{words}];
 int known, amount;
 word broken;
 int number[{most}];
 word to[{most}][{words}];
}};
static word *successor(struct successors *out, int number) {{
 out->number[out->amount] = number;
 return out->to[out->amount++];
}}
static void copy(word *to, const word *from) {{
 for (int i = 0; i < {words}; i++) to[i] = from[i];
}}
static int same(const word *a, const word *b) {{
 word differ = 0;
 for (int i = 0; i < {words}; i++) differ |= a[i] ^ b[i];
 return !differ;
}}"""
TABLE = """\
/* The successors of the present state; those of states on the way to it are kept as long as there is room. */
extern long depth;
extern int readtrail;
static const char *const names[] = {{
{names}
}};
static struct successors memo[{memo}];
static struct successors *present(void) {{
 struct successors *out = &memo[depth & {last}];
 if (out->known && same(out->from, now.state.w)) return out;
 copy(out->from, now.state.w);
 out->known = 1, out->amount = 0, out->broken = 0;
{calls}
 return out;
}}
static int more(int than) {{ return present()->amount > than; }}
static void take(int at) {{
 const struct successors *out = present();
 if (readtrail) puts(names[out->number[at]]);
 copy(now.state.w, out->to[at]);
}}"""
MEMO = 256
"""How many states' successors are kept; a power of two."""


def surplus(system: System) -> tuple[int, int]:
    """How many more states and transitions SPIN counts than there are in the system."""
    starts = len(system.initial)
    return (0, 1) if starts == 1 else (1, 1 + starts)


def promela(system: System, properties: Sequence[Property] = (), form: Form = "table") -> str:
    """The model, in which each of `properties` is an assertion (that a *reachable* one is not reached).

    Raises `CannotExport` for what C or SPIN cannot say.
    """
    try:
        layout = Layout(system.variables)
    except ValueError as error:
        raise CannotExport(str(error)) from error
    steps, states = [p for p in properties if p.kind == "step"], [p for p in properties if p.kind != "step"]
    functions, options = (_table if form == "table" else _functions)(system, layout, steps)
    decided = [_assertion(f"decides_{at}(now.state.w)", prop) for at, prop in enumerate(states)]
    functions += [decides(system, layout, f"decides_{at}", prop) for at, prop in enumerate(states)]
    starts = [", ".join(f"{word:#x}ULL" for word in layout.pack(state)) for state in system.initial]
    return _heading(system) + FRAME.format(
        words=layout.words,
        starts=len(starts),
        initial=", ".join(f"{{{{ {words} }}}}" for words in starts),
        functions="\n".join(f"c_code {{\n{text}\n}}" for text in functions),
        begin=_begin(len(starts)),
        options="\n".join([*decided, *options]),
    )


def _table(system: System, layout: Layout, steps: Sequence[Property]) -> tuple[list[str], list[str]]:
    """C texts and options of the form *table*."""
    most = max(most_enabled(system), 1)
    found = pieces(system, layout, steps)
    calls = "\n".join(f" piece_{at}(out->from, out);" for at in range(len(found)))
    names = "\n".join(f" {json.dumps(name)}," for rule in system.rules for _, name in _firings(rule))
    table = TABLE.format(names=names, memo=MEMO, last=MEMO - 1, calls=calls)
    options = [_assertion(f"present()->broken >> {at} & 1", prop) for at, prop in enumerate(steps)]
    options += [_option(f"more({at})", f"take({at})") for at in range(most)]
    return [SUCCESSORS.format(words=layout.words, most=most), *found, table], options


def _functions(system: System, layout: Layout, steps: Sequence[Property]) -> tuple[list[str], list[str]]:
    """C texts and options of the form *functions*."""
    options: list[str] = []
    for at, rule in enumerate(system.rules):
        for values, name in _firings(rule):
            given = ", ".join(["now.state.w", *map(str, values)])
            options += [_assertion(f"breaks_{at}_{number}({given})", prop) for number, prop in enumerate(steps)]
            options.append(_option(f"guard_{at}({given})", f"fire_{at}({given})") + f" /* {plain(name)} */")
    return [*rule_functions(system, layout, steps)], options


def _option(guard: str, effect: str) -> str:
    return f" :: d_step {{ c_expr {{ ({guard}) }} -> c_code {{ {effect}; }} }}"


def _assertion(broken: str, prop: Property) -> str:
    verb = "reaches" if prop.kind == "reachable" else "violates"
    return f" :: c_expr {{ ({broken}) }} -> assert(false) /* {verb} {plain(prop.name)} */"


def _firings(rule: Rule) -> Iterator[tuple[list[int], str]]:
    """For each choice of the rule's inputs their values, and its name with them."""
    for inputs in choices(rule):
        yield [*inputs.values()], rule.name + "".join(f", {name} {value}" for name, value in inputs.items())


def _heading(system: System) -> str:
    states, transitions = surplus(system)
    more = f"SPIN counts {states} states and {transitions} transitions more than the system has."
    return f"/* Compile with -DSAFETY -DNOREDUCE. {more} */\n"


def _begin(starts: int) -> str:
    """The choice among several initial states."""
    if starts == 1:
        return ""
    options = [f" :: d_step {{ true -> c_code {{ now.state = initial[{at}]; }} }}" for at in range(starts)]
    return "\n".join([" if", *options, " fi;\n"])
