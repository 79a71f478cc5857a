"""A system as a Promela model for SPIN: C functions over the packed state, and one option for each firing.

The state is `now.state`, an array of 64-bit words that SPIN stores and compares. One process with one control location
loops: each firing (a rule with one choice of its inputs) is a `d_step`, so that nothing between states is stored. All
successors of a state are computed at once by C functions (`c_code`) and kept for a while, so that an option is a look
into a table; that is several times faster than a guard and an update function for each option.

What SPIN counts is what we count, but for what `surplus` says: SPIN counts the initial state among its transitions, and
if there are several initial states, a state before them. A successor outside the constraint is the state itself: a
transition to a state that is stored already. Compile with -DSAFETY -DNOREDUCE (reduction would count less).

Source: G. Holzmann, The SPIN Model Checker (2003), chapter 17, embedded C code. Limits: those of `c_table` and of the
packed state, and C texts of at most 64 KB each, as SPIN's lexer has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from model.engines.packing import Layout
from model.export import CannotExport
from model.export.c_code import decides, most_enabled, pieces, plain
from model.system import Property, System
from model.trace import choices

FRAME = """\
c_decl {{
typedef unsigned long long word;
typedef struct {{ word w[{words}]; }} packed;
static const packed initial[{starts}] = {{ {initial} }};
}}
c_state "packed state" "Global" "initial[0]"
c_code {{
/* All successors of the state `from`; successor i is by the firing number[i]. */
struct successors {{
 word from[{words}];
 int known, amount, broken;
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
}}
}}
{functions}
c_code {{
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
}}
}}

active proctype system() {{
{begin}end: do
{options}
 od
}}
"""
MEMO = 256
"""How many states' successors are kept; a power of two."""


def surplus(system: System) -> tuple[int, int]:
    """How many more states and transitions SPIN counts than there are in the system."""
    starts = len(system.initial)
    return (0, 1) if starts == 1 else (1, 1 + starts)


def promela(system: System, properties: Sequence[Property] = ()) -> str:
    """The model, in which each of `properties` is an assertion (that a *reachable* one is not reached).

    Raises `CannotExport` for what C or SPIN cannot say.
    """
    try:
        layout = Layout(system.variables)
    except ValueError as error:
        raise CannotExport(str(error)) from error
    steps, states = [p for p in properties if p.kind == "step"], [p for p in properties if p.kind != "step"]
    functions = pieces(system, layout, steps)
    deciders = [decides(system, layout, f"decides_{at}", prop) for at, prop in enumerate(states)]
    starts = [", ".join(f"{word:#x}ULL" for word in layout.pack(state)) for state in system.initial]
    most = max(most_enabled(system), 1)
    body = FRAME.format(
        words=layout.words,
        starts=len(starts),
        initial=", ".join(f"{{{{ {words} }}}}" for words in starts),
        most=most,
        names="\n".join(_names(system)),
        functions="\n".join(f"c_code {{\n{text}\n}}" for text in [*functions, *deciders]),
        memo=MEMO,
        last=MEMO - 1,
        calls="\n".join(f" piece_{at}(out->from, out);" for at in range(len(functions))),
        begin=_begin(len(starts)),
        options="\n".join([*_assertions(steps, states), *_options(most)]),
    )
    return _heading(system) + body


def _heading(system: System) -> str:
    states, transitions = surplus(system)
    return (
        "/* Compile with -DSAFETY -DNOREDUCE. "
        f"SPIN counts {states} states and {transitions} transitions more than the system has. */\n"
    )


def _begin(starts: int) -> str:
    """The choice among several initial states."""
    if starts == 1:
        return ""
    options = [f" :: d_step {{ true -> c_code {{ now.state = initial[{at}]; }} }}" for at in range(starts)]
    return "\n".join([" if", *options, " fi;\n"])


def _assertions(steps: Sequence[Property], states: Sequence[Property]) -> Iterator[str]:
    for at, prop in enumerate(steps, 1):
        yield f" :: c_expr {{ (present()->broken == {at}) }} -> assert(false) /* a step violates {plain(prop.name)} */"
    for at, prop in enumerate(states):
        verb = "reaches" if prop.kind == "reachable" else "violates"
        yield f" :: c_expr {{ (decides_{at}(now.state.w)) }} -> assert(false) /* {verb} {plain(prop.name)} */"


def _options(most: int) -> Iterator[str]:
    for at in range(most):
        yield f" :: d_step {{ c_expr {{ (more({at})) }} -> c_code {{ take({at}); }} }}"


def _names(system: System) -> Iterator[str]:
    for rule in system.rules:
        for inputs in choices(rule):
            chosen = "".join(f", {name} {value}" for name, value in inputs.items())
            yield f" {json.dumps(rule.name + chosen)},"
