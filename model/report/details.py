"""The whole report: the table of all verdicts, the tables of studies, and what each verdict rests on.

It is what `--verbose` prints after the answers, and `report.txt` beside the figures has it always. What a search was
bounded by, what a proof assumes and what infinite runs owe stand beside the claim that they belong to; where two
verdicts rest on the same, the second one says so.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from model.core import answer
from model.machine.files import write
from model.machine.screen import console
from model.questions.task import SYMBOLIC, Beside, Options, TaskResult, written
from model.report.answers import by_claim
from model.report.summary import NOT_CHECKED, bounds
from model.report.verdict_words import verdict
from model.settings.setting import show_field
from model.words.columns import width as columns_of
from model.words.columns import wrapped
from model.words.language import _, marked

NUMBERS = (marked("states"), marked("transitions"), marked("depth"), marked("seconds"), marked("steps"))
WORDS = (marked("claim"), marked("variant"), marked("expected"), marked("verdict"), marked("scope"))
COLUMNS = (*WORDS, *NUMBERS, marked("figure"))
WIDE, PROSE, REPORT = 150, 120, 200
KINDS = (
    *(marked("proof"), marked("assumed"), marked("bounds"), marked("promised"), marked("because")),
    *(marked("explicit"), marked("liveness"), marked("study"), marked("replay"), marked("bmc"), marked("induction")),
    *(marked("knowledge"), marked("within these bounds"), marked("beside it")),
)
"""What a verdict may rest on."""
ESSENTIAL = {"claim", "variant", "expected", "verdict", "states", "steps"}
"""The columns where there are fewer than `WIDE`."""
WITHIN = marked(
    "all states were looked at; larger bounds add states, so who does not know in a state will not know there, who"
    " knows may not any more, and of new states nothing is said"
)


def write_details(rows: Sequence[TaskResult], options: Options) -> None:
    """Write the whole report beside the figures."""
    with written(options):
        write(options.out / "report.txt", details(rows, REPORT))


def details(rows: Sequence[TaskResult], width: int) -> str:
    """The whole report in plain text, in so many columns."""
    output = io.StringIO()
    paper = console(file=output, width=width, force_terminal=False, no_color=True)
    _print_table(paper, rows)
    for row in rows:
        for made in row.tables:
            _print_study(paper, f"{row.task.claim.name} ({_(row.task.variant)})", made)
    beside = [line for row in rows for line in side_by_side(row, width)]
    columns = min(width, PROSE)
    lines = [*beside, *foundations(rows, columns), "", *fill(_(NOT_CHECKED), columns)]
    return output.getvalue() + "\n".join(lines) + "\n"


def side_by_side(row: TaskResult, width: int) -> Iterator[str]:
    """The two ladders of each run that has something beside it; where they are if they are too wide."""
    for label, one in row.besides:
        if isinstance(one, Beside):
            name = _(", ").join(filter(None, (_(row.task.variant), _(label))))
            said = _("{claim} ({variant}), and the same schedule under another protocol:")
            yield ""
            yield from fill(said.format(claim=row.task.claim.name, variant=name), width)
            wide, elsewhere = max(map(columns_of, one.lines)) > width, _("too wide for this output: see {file}")
            yield from fill(elsewhere.format(file=Path(one.words).name), width, "  ", "  ") if wide else one.lines


def fill(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines; a word is not broken."""
    return wrapped(text, columns, first, rest)


# -- the tables ----------------------------------------------------------------------------------------------------


def _print_table(console: Console, rows: Sequence[TaskResult]) -> None:
    table = Table(box=None, pad_edge=False)
    shown = [column for column in COLUMNS if console.width >= WIDE or column in ESSENTIAL]
    for column in shown:
        table.add_column(_(column), justify="right" if column in NUMBERS else "left", overflow="fold")
    for row in rows:
        cells = dict(zip(COLUMNS, _cells(row), strict=True))
        table.add_row(*(Text(cells[column]) for column in shown))
    console.print(table)
    if len(shown) < len(COLUMNS):
        hidden = _(", ").join(_(column) for column in COLUMNS if column not in shown)
        said = _("{columns} columns show more: {hidden}; so does report.txt.")
        console.print(said.format(columns=WIDE, hidden=hidden))


def _cells(row: TaskResult) -> tuple[str, ...]:
    effort, replayed = row.effort, row.engine == "replay"
    searched = not replayed and not row.proof
    counted = searched and row.engine not in SYMBOLIC
    return (
        row.task.claim.name,
        _(row.task.variant),
        _(row.task.expected) or "-",
        _verdict(row),
        _(row.outcome.scope),
        f"{effort.states:,}" if counted else "",
        f"{effort.transitions:,}" if counted else "",
        str(effort.depth) if searched else "",
        "" if replayed else f"{effort.seconds:.1f}",
        _length(row),
        Path(row.figure).name,
    )


def _verdict(row: TaskResult) -> str:
    """The verdict in the words of the answers; with a mark where it contradicts its claim."""
    return f"{verdict(row)} !" if row.standing == "contradicted" else verdict(row)


def _length(row: TaskResult) -> str:
    """How many steps the run has; of an infinite one those before its loop, and those of its loop."""
    return "+".join(str(len(part)) for part in (row.steps, row.loop) if part is not None)


def _print_study(console: Console, name: str, made: answer.Table) -> None:
    table = Table(*(Column(Text(_(head))) for head in made.header), box=None, pad_edge=False)
    for line in made.rows:
        table.add_row(*(Text(_(cell)) for cell in line))
    console.print("\n" + _("{kind}: {text}").format(kind=name, text=_(made.title)))
    console.print(table)
    for note in made.notes:
        console.print(_(note))


# -- what a verdict rests on ---------------------------------------------------------------------------------------


def foundations(rows: Sequence[TaskResult], columns: int) -> Iterator[str]:
    """For each claim what its verdicts rest on, a paragraph for each verdict."""
    said: dict[str, str] = {}
    for name, of_claim in by_claim(rows).items():
        yield from ("", f"{name}:")
        for row in of_claim:
            words = _(". ").join(
                _once(said, kind, text, f"{name} ({_(row.task.variant)})") for kind, text in rests_on(row)
            )
            variant, words = _(row.task.variant), words or _("a run of its own")
            yield from fill(_("{variant}: {words}").format(variant=variant, words=words), columns, "  ", "      ")
        left_open = of_claim[0].task.claim.not_checked
        yield from (
            fill(_("Not checked: {what}").format(what=_(left_open)), columns, "  ", "      ") if left_open else []
        )


def _once(said: dict[str, str], kind: str, text: str, where: str) -> str:
    """A text; where it was said before, where."""
    if kind + text in said:
        return _("{kind} as for {where}").format(kind=_(kind), where=said[kind + text])
    said[kind + text] = where
    return _("{kind}: {text}").format(kind=_(kind), text=text)


def rests_on(row: TaskResult) -> Iterator[tuple[str, str]]:
    """What a verdict rests on, each part with its kind."""
    if row.proof:
        said, count = _("{scope}, {count} obligations"), f"{row.proof.obligations:,}"
        yield "proof", said.format(scope=_(row.outcome.scope), count=count)
        yield "assumed", _("; ").join(map(_, row.proof.assumes))
    elif row.engine != "replay":
        shown = bounds(row.task.config)
        yield "bounds", " ".join(f"{field}={show_field(value)}" for field, value in shown.items())
        yield row.engine, search(row)
    if row.engine == "knowledge":
        yield "within these bounds", _(WITHIN)
    if row.fairness:
        yield "promised", _(row.fairness)
    if row.why:
        yield "because", _(row.why)
    for _label, one in row.besides:
        nothing = _("nothing: {why}")
        yield "beside it", one.told.rstrip(".。") if isinstance(one, Beside) else nothing.format(why=_(one))


def search(row: TaskResult) -> str:
    """How far a search went, and which bounds it touched; Z3 does not count."""
    effort = row.effort
    times = _("{bound} {count} times")
    touched = _(", ").join(times.format(bound=_(bound), count=f"{count:,}") for bound, count in effort.touched.items())
    none = _("not counted") if row.engine in SYMBOLIC else _("none")
    whole = effort.limit or (marked("complete") if effort.complete else marked("stopped when all was decided"))
    said = _("search {whole}; bounds touched: {touched}").format(whole=_(whole), touched=touched or none)
    if effort.left_out:
        said += _("; left out, as nothing reads them: {variables}").format(variables=", ".join(effort.left_out))
    if effort.collision:
        said += _("; a state is missed with a probability of at most {chance}").format(chance=f"{effort.collision:.1e}")
    return said
