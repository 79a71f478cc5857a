"""Infinite runs: known answers on toys, agreement with the twins, and lassos that stand up to plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from model.core.answer import Limits, Outcome
from model.core.property import EventuallyAlways, Fairness, LeadsTo, Liveness, RuleClass
from model.core.run import Lasso, ReplayError, Run, enabled
from model.core.system import BadSystem, Rule, System, Var, choice
from model.engines.explicit import store as search
from model.engines.infinite.graph import StateGraph
from model.engines.infinite.liveness import check_each, confirm_lasso
from model.pictures.infinite_run import FOR_EVER, render_lasso
from tests.infinite import (
    YES,
    Twin,
    check_liveness,
    classes,
    forks,
    lossy,
    peterson,
    peterson_class,
    philosophers,
    scheduler,
    two_messages,
)
from tests.strategies import Asked, asked, exact, graphs, systems
from tests.toys import bag, counter, jugs, mutex, writer

GOT = z3.Bool("got")
ARRIVES = LeadsTo("arrives", z3.Not(GOT), GOT, "a message arrives in the end")
GOT_1 = LeadsTo("got 1", YES, z3.Bool("got1"))
N = z3.BitVec("n", 8)
TOP, HOME = EventuallyAlways("top", N == 3), LeadsTo("home", N == 3, N == 0)
DONE = LeadsTo("done", YES, z3.BitVec("n", 2) == 3)
P0, P1 = z3.BitVec("p0", 2), z3.BitVec("p1", 2)
FED = LeadsTo("p0 is fed", P0 == 1, P0 == 2)
ENTERS = LeadsTo("p0 enters", z3.And(P0 != 0, P0 != 3), P0 == 3)
NONE = Fairness()


def eaters(count: int) -> list[RuleClass]:
    """Each philosopher's eating and leaving are classes."""
    return classes(*(f"p{i} {does}" for i in range(count) for does in ("eats", "leaves")))


def check(system: System, prop: Liveness, fairness: Fairness) -> Outcome:
    """One verdict."""
    return check_liveness(system, [prop], fairness)[prop.name]


def names(verdict: Outcome) -> tuple[list[str], list[str]]:
    """The rules of a verdict's stem and loop."""
    assert verdict.lasso
    return [s.rule.name for s in verdict.lasso.stem.steps], [s.rule.name for s in verdict.lasso.loop]


SEND_DELIVER = classes("send", "deliver")
BY_VALUE = RuleClass(frozenset(["deliver"]), by=z3.BitVec("wire", 2))
BOTH = [peterson_class(0), peterson_class(1)]
KNOWN: dict[str, tuple[System, Liveness, Fairness, tuple[list[str], list[str]] | None]] = {
    "nobody-must-act": (lossy(), ARRIVES, NONE, ([], [])),
    "weak-deliver-is-not-enough": (lossy(), ARRIVES, Fairness(weak=SEND_DELIVER), ([], ["send", "lose"])),
    "strong-deliver-is": (lossy(), ARRIVES, Fairness(classes("send"), classes("deliver")), None),
    "strong-deliver-without-sending": (lossy(), ARRIVES, Fairness(strong=classes("deliver")), ([], [])),
    "a-budget-of-losses": (lossy(3), ARRIVES, Fairness(weak=SEND_DELIVER), None),
    "a-budget-without-deliver": (lossy(1), ARRIVES, Fairness(weak=classes("send")), (["send"], [])),
    "deliver-only-the-other": (
        two_messages(),
        GOT_1,
        Fairness(classes("send"), classes("deliver")),
        ([], ["send", "lose", "send", "deliver"]),
    ),
    "deliver-each-value": (two_messages(), GOT_1, Fairness(classes("send"), [BY_VALUE]), None),
    "weak-process": (scheduler(), DONE, Fairness(classes("step", "switch")), ([], ["switch", "switch"])),
    "strong-process": (scheduler(), DONE, Fairness(classes("switch"), classes("step")), None),
    "philosophers-weak": (
        philosophers(3),
        FED,
        Fairness(weak=eaters(3)),
        (["p0 hungers"], ["p1 hungers", "p1 eats", "p1 leaves"]),
    ),
    "philosophers-strong": (philosophers(3), FED, Fairness(strong=eaters(3)), None),
    "peterson": (peterson(), ENTERS, Fairness(weak=BOTH), None),
    "peterson-one-stops": (peterson(), ENTERS, Fairness(weak=BOTH[:1]), (["p0 asks", "p0 gives way", "p1 asks"], [])),
    "deadlock": (counter(3, wraps=False), HOME, Fairness(weak=classes("up")), (["up"] * 3, [])),
    "comes-to-rest": (counter(3, wraps=False), TOP, Fairness(weak=classes("up")), None),
    "goes-round": (counter(3), TOP, Fairness(weak=classes("up", "back")), ([], ["up"] * 3 + ["back"])),
    "comes-home": (counter(3), HOME, Fairness(weak=classes("up", "back")), None),
}


@pytest.mark.parametrize("known", KNOWN)
def test_known_answers(known: str) -> None:
    system, prop, fairness, lasso = KNOWN[known]
    verdict = check(system, prop, fairness)
    assert verdict.answer == Twin(system, fairness).answer(prop) == ("violated" if lasso else "holds")
    assert verdict.effort.complete
    if lasso:
        assert names(verdict) == lasso
    else:
        assert verdict.lasso is None


def test_neighbours_conspire_even_under_strong_fairness() -> None:
    verdict = check(philosophers(4), FED, Fairness(strong=eaters(4)))
    assert verdict.lasso
    for state in verdict.lasso.recurrent:
        assert 2 in (state["p1"], state["p3"])
    assert {"p1 eats", "p3 eats"} <= set(names(verdict)[1])


def test_everyone_holds_the_left_fork() -> None:
    system = forks(3)
    everyone = Fairness(strong=classes(*(rule.name for rule in system.rules)))
    verdict = check(system, LeadsTo("eats", z3.Bool("left0"), z3.Not(z3.Bool("left0"))), everyone)
    stem, loop = names(verdict)
    assert (sorted(stem), loop) == ([f"p{i} takes left" for i in range(3)], [])


def test_the_stem_goes_through_the_premise() -> None:
    """The loop is reached sooner without it."""
    n = Var("n", 8)
    rules = (
        Rule("past", n.term == 0, {"n": z3.BitVecVal(9, 8)}),
        Rule("up", z3.ULT(n.term, 3), {"n": n.term + 1}),
        Rule("into", n.term == 3, {"n": z3.BitVecVal(9, 8)}),
        Rule("round", n.term == 9, {}),
    )
    system = System((n,), ({"n": 0},), rules)
    fair = Fairness(weak=classes("past", "up", "into", "round"))
    assert names(check(system, LeadsTo("never", N == 2, N == 7), fair)) == (["up", "up", "up", "into"], ["round"])
    assert check(system, LeadsTo("never", N == 7, N == 8), fair).answer == "holds"


def test_a_rule_with_inputs_is_enabled_and_fires_under_any_choice() -> None:
    n, i = Var("n", 8), choice("i")
    rules = (
        Rule("stay", z3.And(n.term == 0, i == 1), {}, choose={"i": 3}),
        Rule("go", z3.And(n.term == 0, i == 1), {"n": z3.BitVecVal(3, 8)}, choose={"i": 2}),
    )
    system = System((n,), ({"n": 0},), rules)
    assert check(system, TOP, Fairness(weak=classes("go"))).answer == "holds"
    assert names(check(system, TOP, Fairness(weak=classes("stay")))) == ([], ["stay"])
    assert names(check(system, TOP, Fairness(weak=[RuleClass(frozenset(["stay", "go"]))]))) == ([], ["stay"])
    assert check(system, TOP, Fairness(strong=[RuleClass(frozenset(["stay", "go"]), by=i)])).answer == "violated"
    assert check(system, TOP, Fairness(strong=[RuleClass(frozenset(["go"]), by=i + 1)])).answer == "holds"


TOYS = {
    "counter": counter(7),
    "jugs": jugs(),
    "mutex": mutex(3),
    "writer": writer(2, 3),
    "bag": bag(3, 3),
    "lossy": lossy(2),
    "messages": two_messages(),
    "scheduler": scheduler(),
    "philosophers": philosophers(3),
    "peterson": peterson(),
}


@exact(40)
@given(st.sampled_from([*TOYS.values()]).flatmap(lambda toy: asked(st.just(toy))))
def test_toys_as_the_twin_says(one: Asked) -> None:
    agrees(*one, definition=False)


@exact(120)
@given(asked(graphs()))
def test_random_graphs_as_the_definition_says(one: Asked) -> None:
    agrees(*one, definition=True)


@exact(12)
@given(asked(systems().map(lambda system: replace(system, constraint=None))))
def test_random_systems_as_the_twin_says(one: Asked) -> None:
    agrees(*one, definition=False)


def agrees(system: System, fairness: Fairness, properties: Sequence[Liveness], definition: bool) -> None:
    """The engine, the twin, and if wanted the definition agree on properties under fairness."""
    verdicts, twin = check_liveness(system, properties, fairness), Twin(system, fairness)
    assert next(iter(verdicts.values())).effort.transitions == sum(map(len, twin.edges.values()))
    for prop in properties:
        assert verdicts[prop.name].answer == twin.answer(prop)
        if definition:
            assert twin.answer(prop, definition=True) == twin.answer(prop)


def test_the_edges_of_a_graph_whose_table_grows() -> None:
    system = philosophers(11)
    graph = StateGraph(system)
    assert graph.run(None) == ""
    arcs, random = graph.arcs, Random(1)
    assert graph.states > search.FULLEST * search.SMALLEST
    assert len(arcs.tail) == graph.effort("").transitions
    for node in random.sample(range(graph.states), 200):
        state, leaving = graph.state(node), range(arcs.begin[node], arcs.begin[node + 1])
        assert [graph.step(edge) for edge in leaving] == list(enabled(system, state))


def test_random_questions_have_both_answers() -> None:
    """Else agreement would say little."""
    answers = {"holds": 0, "violated": 0}

    @exact(40)
    @given(asked(graphs()))
    def answer(one: Asked) -> None:
        system, fairness, properties = one
        for prop in properties:
            answers[Twin(system, fairness).answer(prop)] += 1

    answer()
    assert min(answers.values()) >= 20, answers


def test_a_limit_answers_unknown() -> None:
    verdicts = check_liveness(counter(9), [TOP, HOME], NONE, limits=Limits(max_states=5))
    assert {v.answer for v in verdicts.values()} == {"unknown"}
    assert verdicts["top"].effort.limit == "max-states 5 reached"
    few = check_liveness(writer(90, 4), [], NONE, limits=Limits(max_bytes=3_000_000))
    assert few == {}
    edges = check_liveness(writer(90, 4), [HOME_OF_WRITER], NONE, limits=Limits(max_bytes=3_000_000))
    assert edges["v0"].effort.limit == "max-memory 3000000 reached"


HOME_OF_WRITER = EventuallyAlways("v0", z3.BitVec("v0", 64) == 0)


def test_what_does_not_fit_is_refused() -> None:
    system = lossy()
    with pytest.raises(ValueError, match="constraint"):
        check_liveness(replace(system, constraint=GOT), [ARRIVES], NONE)
    with pytest.raises(BadSystem, match="unknown rules"):
        check_liveness(system, [ARRIVES], Fairness(weak=classes("sent")))
    with pytest.raises(BadSystem, match="empty"):
        check_liveness(system, [ARRIVES], Fairness(strong=[RuleClass(frozenset())]))
    two = replace(ARRIVES, name="arrives again")
    with pytest.raises(BadSystem, match="unknown rules"):
        check_each(system, [(ARRIVES, NONE), (two, Fairness(weak=classes("sent")))])
    with pytest.raises(BadSystem, match="'send' does not have"):
        check_liveness(system, [ARRIVES], Fairness(weak=[RuleClass(frozenset(["send"]), by=choice("i"))]))
    with pytest.raises(BadSystem, match="'top' reads"):
        check_liveness(system, [TOP], NONE)
    with pytest.raises(BadSystem, match="one name"):
        check_liveness(system, [ARRIVES, ARRIVES], NONE)


def test_a_lasso_is_confirmed_in_plain_python() -> None:
    weak, strong = Fairness(weak=SEND_DELIVER), Fairness(classes("send"), classes("deliver"))
    lasso = check(lossy(), ARRIVES, weak).lasso
    assert lasso
    confirm_lasso(lossy(), ARRIVES, weak, lasso)
    with pytest.raises(ReplayError, match=r"not strongly fair to \{deliver\}"):
        confirm_lasso(lossy(), ARRIVES, strong, lasso)
    with pytest.raises(ReplayError, match=r"not weakly fair to \{send\}"):
        confirm_lasso(lossy(), ARRIVES, weak, Lasso(lasso.stem, ()))
    with pytest.raises(ReplayError, match="does not come back"):
        confirm_lasso(lossy(), ARRIVES, weak, Lasso(lasso.stem, lasso.loop[:1]))
    with pytest.raises(ReplayError, match="does not violate"):
        confirm_lasso(lossy(), LeadsTo("other", GOT, GOT), weak, lasso)
    with pytest.raises(ReplayError, match="does not violate"):
        confirm_lasso(lossy(), EventuallyAlways("other", z3.Not(GOT)), weak, lasso)
    with pytest.raises(ReplayError, match="not what the rule does"):
        confirm_lasso(lossy(), ARRIVES, weak, Lasso(lasso.stem, lasso.loop[::-1]))


def test_the_goal_after_the_premise_is_no_violation() -> None:
    lasso = check(counter(3, wraps=False), HOME, NONE).lasso
    assert lasso
    early = LeadsTo("early", N == 1, N == 2)
    with pytest.raises(ReplayError, match="does not violate"):
        confirm_lasso(counter(3, wraps=False), early, NONE, lasso)


TEXT = """\
arrives: a message arrives in the end

Initially
      everything else is 0

From here on, for ever:

  1.  send
      wire 0 -> 1

  2.  lose
      wire 1 -> 0

Initially again: steps 1 to 2 repeat.
The run is fair, and it violates 'arrives'.
"""


def test_the_text_of_a_lasso() -> None:
    lasso = check(lossy(), ARRIVES, Fairness(weak=SEND_DELIVER)).lasso
    assert lasso
    assert render_lasso(lossy(), lasso.stem, lasso.loop, name=ARRIVES.name, sentence=ARRIVES.sentence) == TEXT


def test_the_text_of_a_lasso_with_a_stem_and_of_one_that_stays() -> None:
    ended = check(counter(3, wraps=False), HOME, NONE).lasso
    assert ended
    text = render_lasso(counter(3, wraps=False), ended.stem, ended.loop)
    assert text.endswith(f"  3.  up\n      n 2 -> 3\n\n{FOR_EVER}\n\nNothing more happens, and nothing has to.\n")
    around = check(counter(3), TOP, Fairness(weak=classes("up", "back"))).lasso
    assert around
    longer = Run(around.stem.initial, around.loop[:1])
    text = render_lasso(counter(3), longer, (*around.loop[1:], *around.loop[:1]))
    assert "This is the state after step 1 again: steps 2 to 5 repeat." in text
