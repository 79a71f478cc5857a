"""Solvers that are not the one that found the proofs: what they say of a script in SMT-LIB.

Each is optional, and loaded where it is used. A script that a solver cannot read, or does not answer in time, is
"unknown" to it. They do what a script says, and scripts can say a lot (one option opens a file for the answers), so a
stranger's are asked only by a process that was made `harmless`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

from model.certificates.confined import confine

TRIAL = "(set-logic QF_BV)\n(declare-fun x () (_ BitVec 4))\n(assert (= x (bvadd x x)))\n(check-sat)\n"


def bitwuzla(script: str, seconds: float) -> str:
    """Bitwuzla's answer: "sat", "unsat" or "unknown"."""
    from bitwuzla import BitwuzlaException, Option, Options, Parser, TermManager

    options = Options()
    options.set(Option.TIME_LIMIT_PER, _milliseconds(seconds))
    parser = Parser(TermManager(), options)
    try:
        parser.parse(script, True, False)
        return str(parser.bitwuzla().check_sat()).lower()
    except BitwuzlaException:
        return "unknown"


def cvc5(script: str, seconds: float) -> str:
    """The answer of cvc5: "sat", "unsat" or "unknown"."""
    from cvc5 import InputLanguage, InputParser, Solver, SymbolManager

    solver = Solver()
    solver.setOption("tlimit-per", str(_milliseconds(seconds)))
    solver.setOption("verbosity", "-1")  # It would warn on standard error.
    symbols = SymbolManager(solver)
    parser = InputParser(solver, symbols)
    parser.setStringInput(InputLanguage.SMT_LIB_2_6, script, "certificate")
    said = ""
    try:
        while not (command := parser.nextCommand()).isNull():
            said += command.invoke(solver, symbols)
    except RuntimeError:
        return "unknown"
    return said.strip() if said.strip() in ("sat", "unsat") else "unknown"


def _milliseconds(seconds: float) -> int:
    """To the solvers 0 would mean that there is no limit."""
    return max(1, int(seconds * 1000))


SOLVERS: Mapping[str, Callable[[str, float], str]] = {"bitwuzla": bitwuzla, "cvc5": cvc5}


def installed() -> list[str]:
    """The solvers that there are, in the order in which they are asked."""
    return [name for name in SOLVERS if find_spec(name)]


def harmless() -> None:
    """Have this process load the solvers, and give up all rights but to compute; see `confined`."""
    for name in installed():
        SOLVERS[name](TRIAL, 1.0)
    confine()


def ask(script: str, solvers: Sequence[str], seconds: float) -> tuple[str, str]:
    """The first solver's answer that is one, and whose it is; the others are asked only if there is none."""
    for solver in solvers:
        if (answer := SOLVERS[solver](script, seconds)) != "unknown":
            return answer, solver
    return "unknown", ""
