"""The tour of the nine statements, runs in sentences, and ladders with lifelines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model.check import main
from model.cli.arguments import STYLES as OFFERED
from model.core.answer import NO_LIMITS, Answer
from model.core.property import Property
from model.core.run import Lasso
from model.engines.explicit.search import explore
from model.engines.infinite.liveness import check_each
from model.network.bounded import Network
from model.network.make import AnyNetwork, network_of
from model.pictures.render import Pictures
from model.pictures.rungs import rung_lines, rungs
from model.pictures.strokes import ASCII, BOX, ROOM, STYLES, between, strokes_for
from model.questions.answering import answered
from model.questions.names import UnknownName, claim_named
from model.questions.plain import WHY, cases_of, roles, segment_name, told
from model.questions.scenario import NoRun, read_scenario, run_scenario
from model.questions.task import Options, TaskResult
from model.report.answer_text import Screen
from model.report.tour import parts, statements_named, tour_tasks, tour_text
from model.settings.config import SCENARIO, Config
from model.words.columns import width
from model.words.language import speaking_in
from properties.configs import FULL, TWO_WAY
from properties.explainer import EXPLAINED
from properties.statements import STATEMENTS

SCENARIOS = Path(__file__).parent.parent / "properties" / "scenarios"


def numbers(*names: str) -> list[str]:
    """The statements that names stand for."""
    return [one.number for one in statements_named(names)]


def counterexample(name: str, variant: str) -> tuple[AnyNetwork, Lasso]:
    """The network and the run of a variant that fails; a finite run has a loop without steps."""
    claim = claim_named(name)
    config = next(cell.config for cell in claim.cells if cell.variant == variant)
    network = claim.network(config)
    asked = claim.asked_of(network)
    if isinstance(asked, Property):
        run = explore(network.system(asked))[asked.name].run
        assert run
        return network, Lasso(run, ())
    lasso = check_each(network.system(asked), [(asked.prop, asked.fairness)])[asked.name].lasso
    assert lasso
    return network, lasso


# -- which statements ------------------------------------------------------------------------------------------------


def test_statements_are_named_by_number_pattern_or_claim() -> None:
    every = [one.number for one in STATEMENTS]
    assert numbers() == numbers("S*") == every
    assert numbers("s5", "S2") == ["S2", "S5"]
    assert numbers("S[2-4]", "ghost-after-close") == ["S2", "S3", "S4", "S5"]
    assert numbers("*-slots") == ["S3"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("S10", "'S10' is neither a statement nor a claim; is it S1?"),
        ("half-opne", "'half-opne' is neither a statement nor a claim; is it half-open?"),
        ("zz*", "no claim is like 'zz*'"),
        ("stray-reset", "stray-reset belongs to none of the statements; python -m model.check stray-reset checks it"),
    ],
)
def test_a_name_of_no_statement_is_one_clear_line(name: str, says: str) -> None:
    with pytest.raises(UnknownName) as error:
        statements_named([name])
    assert str(error.value).startswith(says)


def test_every_sentence_has_its_variant_and_its_run() -> None:
    assert [*EXPLAINED] == [one.number for one in STATEMENTS]
    for one in STATEMENTS:
        tasks = tour_tasks([one])
        for part in parts(one):
            about = [task for task in tasks if task.claim.name == part.claim and task.expected == part.expected]
            assert {part.variant} - {""} <= {task.variant for task in about}
            assert about[0].variant == next(c.variant for c in about[0].claim.cells if c.expected == part.expected)
        shown = EXPLAINED[one.number]
        assert any(task.claim.name == shown.claim and task.expected == shown.expected for task in tasks)
    assert len(tour_tasks(STATEMENTS)) < 45


# -- what is said ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[TaskResult]:
    """The rows of the tour of S9."""
    options = Options(tmp_path_factory.mktemp("tour"), NO_LIMITS, Pictures(), [])
    found = answered(tour_tasks(statements_named(["S9"])), options, lambda *_: None)
    return [row for listed in found for row in listed]


def tour(rows: list[TaskResult], screen: Screen = Screen()) -> str:  # noqa: B008  # It is frozen.
    """The tour of S9 from these rows."""
    return tour_text(statements_named(["S9"]), rows, len(rows), 0, [], screen=screen)


def test_a_tour_says_what_is_said_what_is_true_and_how_sure_it_is(rows: list[TaskResult]) -> None:
    said = tour(rows)
    titles = ["What the explainer says", "What is true", "What the explainer leaves out, or has wrong"]
    titles += ["A run to look at", "How sure is that"]
    assert [line for line in said.splitlines() if line in titles] == titles
    assert "client's FIN is sent again and again. needless-retransmissions fails" in " ".join(said.split())
    assert "    6. The retransmission timer of A expires: A sends FIN,ACK (SEQ=a+1," in said
    assert "needless-retransmissions leaves open: doubling of the timeout" in said


def test_a_tour_says_nothing_that_no_verdict_makes_true(rows: list[TaskResult]) -> None:
    assert "✓" not in tour([])
    assert "? not checked: whether needless-retransmissions fails where it must" in tour([])
    wrong = [row.but(Answer.HOLDS, "") if row.task.expected == "fails" else row for row in rows]
    assert "again and again. needless" not in tour(wrong)
    assert "✗ CONTRADICTED: needless-retransmissions had to fail with merged, but holds" in tour(wrong)


def test_a_tour_is_drawn_as_the_screen_can_and_keeps_to_its_columns(rows: list[TaskResult]) -> None:
    boxes, mail = tour(rows, Screen(ladder="")), tour(rows, Screen(encoding="ascii", ladder=""))
    assert "│───── <SEQ=a+1><ACK=b+1><CTL=FIN,ACK> ────▶│" in boxes
    assert "|----- <SEQ=a+1><ACK=b+1><CTL=FIN,ACK> ---->|" in mail
    assert mail.isascii()
    with speaking_in("zh"):
        chinese = tour(rows, Screen(ladder=""))
    assert all(width(line) <= 80 or "/" in line for text in (boxes, mail, chinese) for line in text.splitlines())
    assert "✓ ACK 与自己的 FIN 合并：会重传，而且一再重传。needless-retransmissions 在“合" in chinese


@pytest.mark.usefixtures("in_this_process")
def test_the_command_line_leads_through_a_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "S9", "--out", str(tmp_path), "--ladder", "ascii"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("S9  Why four segments to close, and not three?\n\nWhat the explainer says\n")
    assert "|----- <SEQ=a+1>" in said
    assert said.endswith("Exit status 0: as claimed.\n")
    assert main(["why", "S9", "--quick"]) == 2
    assert "goes with nothing that chooses other questions" in capsys.readouterr().err


# -- sentences ---------------------------------------------------------------------------------------------------------


def test_a_run_is_told_in_sentences() -> None:
    network, found = counterexample("half-open", "two-way")
    assert told(network, found.stem, None) == (
        ("1", "The application of client A opens the connection (active OPEN): A sends SYN (SEQ=a) and is now"
              " SYN-SENT."),
        ("2", "The application of client A gives the attempt up (CLOSE): A is now CLOSED."),
        ("3", "The application of server B begins to listen (passive OPEN): B is now LISTEN."),
        ("4", "SYN (SEQ=a), which client A sent in step 1, arrives at server B: B answers with SYN,ACK (SEQ=b, ACK=a+1)"
              " and is now ESTABLISHED."),
    )  # fmt: skip
    with speaking_in("zh"):
        assert told(network, found.stem, None)[3] == (
            "4",
            "客户端 A 在第 1 步发送的 SYN（SEQ=a）到达服务器 B："
            "B 回送 SYN,ACK（SEQ=b，ACK=a+1），并进入 ESTABLISHED 状态。",
        )


def test_ticks_share_a_sentence_and_a_reset_is_believed() -> None:
    network, found = counterexample("last-ack-answered", "one tick less")
    sentences = dict(told(network, found.stem, None))
    assert sentences["3"] == "The network loses ACK (SEQ=a+2, ACK=b+2) from A."
    assert sentences["4-6"] == "3 ticks of the clocks pass."
    assert sentences["11"].endswith("A finds that there is no connection any more and answers with RST (SEQ=a+2).")
    assert sentences["12"].endswith("B believes this reset and is now CLOSED.")


def test_a_server_has_ends_and_a_full_table() -> None:
    network, found = counterexample("live-client-is-served", "two-way")
    sentences = dict(told(network, found.stem, found.loop))
    assert sentences["6"] == (
        "The application of client C2 hands over data, which waits until the connection is open (SEND)."
    )
    assert sentences["7"] == (
        "SYN (SEQ=c2), which client C2 sent in step 5, arrives at the server (its end S2): S2 finds that all slots are"
        " taken, so the segment is dropped."
    )


def test_what_becomes_of_data_is_said() -> None:
    network, found = counterexample("forged-text-held", "queued, as the RFC")
    assert told(network, found.stem, None)[1][1].endswith(
        "S1 keeps its data until the connection is open, answers with SYN,ACK (SEQ=s1, ACK=x1+1) (which nobody"
        " receives) and is now SYN-RECEIVED."
    )
    assert segment_name("<SEQ=2><ACK=15><DATA=3><CTL=ACK>") == "ACK and data (SEQ=2, ACK=15)"


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.story")), ids=lambda path: path.stem)
def test_every_step_of_a_scenario_has_a_sentence(path: Path) -> None:
    scenario = read_scenario(path)
    try:
        run = run_scenario(scenario)[1]
    except NoRun as stop:
        run = stop.trace
    network = claim_named("half-open").network(scenario.config)
    for language in ("en", "zh"):
        with speaking_in(language):
            found = told(network, run, None)
        assert int(found[-1][0].split("-")[-1]) == len(run.steps)
        assert all(text.endswith("." if language == "en" else "。") for _, text in found)


def test_who_is_client_is_seen_in_the_run() -> None:
    scenario = read_scenario(SCENARIOS / "figure-7-as-it-goes.story")
    _, run = run_scenario(scenario)
    network = claim_named("half-open").network(scenario.config)
    assert roles(network, run) == {}


# -- ladders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tail", "head", "drawn"),
    [
        ("-->", "-->", "|----- SYN ---->|"),
        ("<--", "<--", "|<---- SYN -----|"),
        ("-->", "...", "|----- SYN .....|"),
        ("...", "<--", "|..... SYN -----|"),
        ("-->", " x ", "|----- SYN --x  |"),
        (" x ", "<--", "|  x-- SYN -----|"),
        ("", "", "| SYN           |"),
    ],
)
def test_what_is_between_the_lifelines(tail: str, head: str, drawn: str) -> None:
    assert between(tail, "SYN", head, 3, ASCII) == drawn
    assert len(drawn) == 3 + ROOM + 2
    boxes = drawn.translate(str.maketrans("|-.<>x", "".join(replace(BOX, cross="×").__dict__[name] for name in
                                          ("lifeline", "line", "waits", "to_left", "to_right", "cross"))))  # fmt: skip
    assert between(tail, "SYN", head, 3, BOX) == boxes


def test_styles_and_encodings() -> None:
    assert OFFERED == STYLES
    assert [strokes_for(style, "utf-8") for style in (*STYLES, "")] == [None, ASCII, BOX, BOX]
    assert [strokes_for(style, "ascii") for style in (*STYLES, "")] == [None, ASCII, ASCII, ASCII]
    assert strokes_for("", "no such encoding") == ASCII


@pytest.mark.parametrize("strokes", [None, ASCII, BOX])
def test_lifelines_stand_below_each_other_in_chinese_too(strokes: object) -> None:
    network, found = counterexample("live-client-is-served", "two-way")
    with speaking_in("zh"):
        ladder = rungs(network.system(), found.stem, network.lanes, loop=found.loop, oldest_first=network.fifo)
        lines = rung_lines(ladder, 100, strokes)  # type: ignore[arg-type]  # It is one of the three.
    bars = {tuple(width(line[:at]) for at, char in enumerate(line) if char in "|│") for line in lines}
    assert len(bars - {()}) == (0 if strokes is None else 1)
    if strokes is None:
        arrows = {width(line[: line.index("-->")]) for line in lines if "--> <" in line}
        assert len(arrows) == 1


def test_what_explains_a_step_is_a_check_that_there_is() -> None:
    """A check with another name would leave its steps without an explanation."""
    networks = [
        Network(SCENARIO.but(octets=10, segment_text=10)),
        Network(Config(ack_range="off", octets=1, half_close="discards")),
        Network(TWO_WAY),
        *network_of(FULL).connections,
    ]
    rules = [rule for network in networks for rule in network.rules]
    cases = {case for rule in [*rules, *network_of(FULL).rules] for case in cases_of(rule)}
    assert {*WHY, "queued"} <= cases
