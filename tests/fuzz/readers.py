"""The readers: of each its valid inputs, how they are altered, and what reads them."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz import commands
from tests.fuzz.mutations import NASTY, NUMBERS, Trees, Word, arguments, encoded, lines, octets, spoken, written
from tests.fuzz.outcome import FOLDER, Input
from tests.fuzz.packets import Packets, altered, as_pcap, as_pcapng, of_pcap

ROOT = Path(__file__).parents[2]
DATA, STORIES = ROOT / "tests" / "data", ROOT / "properties" / "scenarios"
Make = Callable[[Random], Input]
ENCODINGS = ("utf-8", "utf-8", "ascii", "latin-1", "cp1252")


@dataclass(frozen=True)
class Reader:
    """prepare: makes the function that draws an input. command: makes what reads it. seconds: for one input."""

    name: str
    prepare: Callable[[], Make]
    command: Callable[[], commands.Command]
    seconds: float = 20.0


def maybe_octets(random: Random, content: bytes, share: float = 0.15) -> bytes:
    """The content, now and then with octets changed."""
    return octets(random, content) if random.random() < share else content


def cases() -> Make:
    """One to three recorded cases."""
    found = [json.loads(line) for path in sorted(DATA.glob("*.jsonl")) for line in path.read_text().splitlines()]
    trees = Trees(found)

    def make(random: Random) -> Input:
        chosen = [random.choice(found) for _ in range(random.choice((1, 1, 2, 3)))]
        chosen[0] = trees.gently(random, chosen[0])
        rough = random.random() < 0.4
        text = "\n".join(
            written(random, trees.roughly(random, one)) if rough else json.dumps(one, ensure_ascii=False)
            for one in chosen
        )
        more = ["--profile", random.choice(("rfc9293", "freebsd"))] + ["--events"] * random.randrange(2)
        files = {"x.jsonl": maybe_octets(random, encoded(random, text + "\n"))}
        return Input(files, (f"{FOLDER}/x.jsonl", *more), random.choice(ENCODINGS))

    return make


def captures(as_file: Callable[[Random, Packets], bytes]) -> Make:
    """Small captures, their packets altered, dropped, doubled and moved."""
    paths = sorted((DATA / "captures").glob("*.pcap"), key=lambda path: path.stat().st_size)[:60]
    found = [of_pcap(path) for path in paths]

    def make(random: Random) -> Input:
        these = random.choice(found)
        for _ in range(random.choice((0, 1, 1, 2, 5))):
            these = altered(random, these) if these.packets else these
        ends = random.choice(([], ["--endpoint", "10.77.0.1"], ["--unknown", "1"], ["--missed", "2", "--events"]))
        files = {"x.pcap": maybe_octets(random, as_file(random, these), 0.2)}
        return Input(files, (f"{FOLDER}/x.pcap", "--profile", random.choice(("rfc9293", "linux")), *ends))

    return make


def stories() -> Make:
    """Short stories with a line or a word changed."""
    names = ("figure-6", "figure-9", "data-on-third-segment", "figure-12")
    texts = [(STORIES / f"{name}.story").read_text() for name in names]
    pool = [line for text in texts for line in text.split("\n") if line and not line.startswith("set")]
    fields = commands.fields()

    def make(random: Random) -> Input:
        text = random.choice(texts)
        for _ in range(random.choice((0, 1, 1, 2))):
            text = lines(random, text, pool)
        if random.random() < 0.15:
            text = text.replace("set ", f"set {setting(random, fields)} ", 1)
        if random.random() < 0.1:
            text = f"# {random.choice(NASTY)} title\n{text}"
        files = {"x.story": maybe_octets(random, encoded(random, text))}
        return Input(files, ("--scenario", f"{FOLDER}/x.story", "--out", f"{FOLDER}/out"), random.choice(ENCODINGS))

    return make


def setting(random: Random, fields: Mapping[str, Sequence[str]], valid: float = 0.75) -> str:
    """FIELD=VALUE, mostly one that there is."""
    name = random.choice(list(fields))
    strange = (*NASTY, *map(str, NUMBERS), "9" * 5000, "unlimited", "1e9")
    word = f"{name}={random.choice(list(fields[name] if random.random() < valid else strange))}"
    return spoken(word if random.random() < 0.95 else random.choice(("=", name, f"={name}", f"{name}==1", "", *NASTY)))


def settings() -> Make:
    """Claims under settings: mostly those of one of their variants, and one more."""
    fields, claims = commands.fields(), commands.claims()

    def make(random: Random) -> Input:
        claim = random.choice(claims)
        sets = list(random.choice(commands.varied(claim)))
        random.shuffle(sets)
        sets = sets[: random.choice((1, 3, 100))]
        sets += [setting(random, fields) for _ in range(random.choice((0, 1, 1, 2)))]
        words = [word for one in sets for word in ("--set", one)]
        words += ["--out", f"{FOLDER}/out"]
        return Input({}, ("--property", claim, *words), random.choice(ENCODINGS))

    return make


def command_line(program: str) -> Make:
    """Command lines of a program, by what its --help lists."""
    kinds = words()
    known = commands.options(program)

    def value(kind: str | Sequence[str]) -> Word | None:
        if isinstance(kind, str):
            return kinds[kind]
        return lambda random: random.choice((*kind, *kind, *kind, *NASTY[:2]))

    options = {name: value(kind) for name, kind in known.items() if name.startswith("-")}
    names = [draw for name, kind in known.items() if not name.startswith("-") for draw in [value(kind)] if draw]
    recorded = (DATA / "rfc9293.jsonl").read_bytes()[:3000].rpartition(b"\n")[0]
    capture = (DATA / "captures" / "k26_refused.A.pcap").read_bytes()

    def make(random: Random) -> Input:
        files = {"x": recorded, "y": capture} if program == "conform" else {"x/y": b""}
        return Input(files, arguments(random, options, names), random.choice(ENCODINGS))

    return make


def words() -> dict[str, Word | None]:
    """What an option may be given, by what it wants."""
    fields, claims, variants = commands.fields(), commands.claims(), commands.variants()
    inside = [f"{FOLDER}/{name}" for name in ("z", "x.json", "no/x", "out", "z\x1b[1m", "\udcff", "x y", ".")]
    numbers = ("1", "2", "64", *map(str, NUMBERS), "4G", "1.5", "inf", "nan", "٣", "²", "9" * 5000, "")
    return {
        "claim": lambda random: random.choice((*claims, *claims, *NASTY)),
        "variant": lambda random: random.choice(variants),
        "path": lambda random: random.choice(inside),
        "file": lambda random: random.choice((*[f"{FOLDER}/x", f"{FOLDER}/y"] * 4, *inside)),
        "number": lambda random: random.choice(numbers) if random.random() < 0.4 else str(random.randrange(1, 60)),
        "set": lambda random: setting(random, fields),
        "flag": None,
    }


def certificates() -> Make:
    """Manifests of searches and of a proof, mostly sealed again."""
    from model.certificates.manifests import seal
    from tests import certified

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            found = [
                *certified.search(folder).rglob("*.json"),
                *certified.prove(folder / "proof", only=certified.SOME_EVENTS).rglob("*.json"),
            ]
        manifests = [json.loads(path.read_text()) for path in found]
        scripts = {
            f"{claim}/obligations/{path.name}": path.read_bytes()
            for path in folder.rglob("*.smt2")
            for claim in [path.parent.parent.name]
        }
    trees = Trees(manifests)

    def make(random: Random) -> Input:
        old = random.choice(manifests)
        how = random.random()
        new = old if how < 0.1 else trees.gently(random, old) if how < 0.65 else trees.roughly(random, old)
        if isinstance(new, dict) and random.random() < 0.9:
            new = {**new, "seal": seal(new)}
        content = encoded(random, written(random, new, indent=1) if random.random() < 0.3 else json.dumps(new))
        files = {f"{old['claim']}/x.json": maybe_octets(random, content, 0.05)}
        more = {name: content for name, content in scripts.items() if old["kind"] == "proof"}
        return Input({**files, **more}, (FOLDER,))

    return make


def scripts() -> Make:
    """Scripts in SMT-LIB."""
    from tests import certified

    with tempfile.TemporaryDirectory() as made:
        texts = [path.read_text() for path in certified.prove(Path(made), only=certified.SOME_EVENTS).rglob("*.smt2")]
    pool = [line for text in texts for line in text.split("\n")]

    def make(random: Random) -> Input:
        text = random.choice(texts)
        for _ in range(random.choice((0, 1, 1, 2))):
            text = lines(random, text, pool) if random.random() < 0.4 else swapped(random, text)
        return Input({"x.smt2": maybe_octets(random, encoded(random, text), 0.1)}, (f"{FOLDER}/x.smt2",))

    return make


OPERATORS = ("bvule", "bvuge", "bvadd", "bvsub", "and", "or", "=", "distinct", "true", "false", "#b1", "not")


def swapped(random: Random, text: str) -> str:
    """One operator in place of another, at one of its places."""
    old, new = random.choice(OPERATORS), random.choice(OPERATORS)
    parts = text.split(f"{old} ")
    at = random.randrange(len(parts))
    return f"{old} ".join(parts[:at]) + (f"{new} " if at else "") + f"{old} ".join(parts[at:])


def checkpoints() -> Make:
    """The folder of a search that was stopped: its manifest, mostly sealed again, and its rows."""
    from model.engines.explicit.checkpoint import _seal

    with tempfile.TemporaryDirectory() as made:
        commands.stopped_search(Path(made))
        files = {str(path.relative_to(made)): path.read_bytes() for path in Path(made).rglob("*") if path.is_file()}
    (manifest,) = (name for name in files if name.endswith(".json"))
    tree = json.loads(files[manifest])
    trees = Trees([tree])

    def make(random: Random) -> Input:
        new: Any = tree
        how = random.random()
        if how < 0.5:
            new = trees.gently(random, tree) if random.random() < 0.5 else trees.roughly(random, tree)
        if isinstance(new, dict) and random.random() < 0.9:
            new = {**new, "seal": _seal(new)}
        content = encoded(random, written(random, new) if how < 0.2 else json.dumps(new))
        changed = {**files, manifest: maybe_octets(random, content, 0.05)}
        if 0.5 < how < 0.7:
            rows = random.choice([name for name in files if name != manifest])
            changed[rows] = octets(random, files[rows])
        elif how > 0.8:
            rows = random.choice([name for name in files if name != manifest])
            changed[rows] = files[rows] + random.randbytes(random.choice((1, 4, 100)))
        return Input(changed, (FOLDER,))

    return make


READERS = {
    reader.name: reader
    for reader in (
        Reader("cases", cases, commands.conform),
        Reader("pcap", lambda: captures(as_pcap), commands.conform),
        Reader("pcapng", lambda: captures(as_pcapng), commands.conform),
        Reader("stories", stories, commands.scenario),
        Reader("settings", settings, commands.check),
        Reader("check", lambda: command_line("check"), commands.check),
        Reader("certify", lambda: command_line("certify"), commands.certify),
        Reader("conform", lambda: command_line("conform"), commands.conform),
        Reader("export", lambda: command_line("export"), commands.export, 60.0),
        Reader("certificates", certificates, commands.recheck),
        Reader("smt-lib", scripts, commands.solve, 60.0),
        Reader("checkpoints", checkpoints, commands.resume),
    )
}
