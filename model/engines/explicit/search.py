"""The explicit-state engine: breadth-first search in native code over packed states.

The terms become machine code (`codegen`), the states found lie in one array in order of discovery (`search`), and a
level is a range of that array. A batch of the level is divided among the workers: each expands its part, each enters
the candidates that it owns by their hash (`hash_table`), and each stores and checks the new ones that it found. Then
Python looks at limits, progress and Ctrl-C. The code is made quickly at first, and again with care once a search lasts.
Traces are shortest, since a level is complete before the search stops; states are numbered as by one worker, so that
counts, verdicts and traces do not depend on how many there are. `twin` is the same search in plain Python.

Limits: variables of at most 64 bits, about 2^32 states. Without `max_bytes` a search takes at most FRACTION of free
memory, or its share of that.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from model.core.answer import (
    INTERRUPTED,
    NO_LIMITS,
    OUT_OF_MEMORY,
    Effort,
    Limits,
    OnProgress,
    Outcome,
    Progress,
    outcomes,
    reached,
)
from model.core.cone import relevant
from model.core.property import Property
from model.core.run import ReplayError, Run, Step, fire
from model.core.system import State, System, Var
from model.engines.explicit.checkpoint import MANIFEST, Checkpoint, damaged, fingerprint
from model.engines.explicit.digest import digest
from model.engines.explicit.fingerprints import Fingerprints, collision
from model.engines.explicit.store import NO_PARENT, Array, Candidates, Store, capacity
from model.engines.native.code import Code
from model.engines.native.numbered_rules import Firings
from model.machine.memory import available
from model.machine.workers import Workers, processors

FRACTION = 0.8
BATCH = 1 << 17
LEAST = 128
LASTING = 3.0
PATIENCE = 6
BETWEEN_REPORTS = 0.2
BETWEEN_CHECKPOINTS = 2.0
NO_ROOM = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO") if hasattr(errno, name)}
"""Errors of a disk, not of a user: they cost a checkpoint, and no verdict."""


def explore(
    system: System,
    *,
    limits: Limits = NO_LIMITS,
    progress: OnProgress | None = None,
    properties: Sequence[Property] | None = None,
    cone: bool = False,
) -> dict[str, Outcome]:
    """The verdict of each property (default: the system's) by its name, from one search.

    cone: leave out the variables that are outside of the properties' cone of influence (see `cone`): states that differ
    in them alone are one. Traces have them.
    progress: called about five times a second. Ctrl-C ends the search with the limit "interrupted" and what was found.
    Raises `ReplayError` if the Python meaning disagrees, `ValueError` for a system that does not fit the engine.
    """
    wanted = tuple(system.properties if properties is None else properties)
    search = ExplicitSearch(system, wanted, limits, relevant(system, wanted) if cone else None)
    limit = search.run(progress)
    try:
        return outcomes(system, wanted, search.traces(), "explicit", search.effort(limit))
    except ReplayError as error:
        if search.resumed is None:
            raise
        raise damaged(search.resumed) from error


def allowed(limits: Limits) -> int:
    """Bytes that a search may take."""
    return int(FRACTION * available() / limits.sharers) if limits.max_bytes is None else limits.max_bytes


class Observer:
    """Sees all transitions of a search, a batch at a time: the candidates of workers 0 to used - 1."""

    def expanded(self, search: ExplicitSearch, used: int) -> None:
        """They are there, and duplicates among them."""

    def stored(self, search: ExplicitSearch, used: int) -> str:  # noqa: ARG002  # An observer that cares uses them.
        """They are stored; returns a limit that ends the search, or ""."""
        return ""


class ExplicitSearch:
    """One search: its store, the levels, and what was found.

    variables: those stored (default: all). observer: see `Observer`.
    """

    def __init__(
        self,
        system: System,
        properties: Sequence[Property],
        limits: Limits,
        variables: Sequence[Var] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._observer = observer or Observer()
        self.system, self.limits, self.firings = system, limits.started(), Firings(system.rules)
        begun = perf_counter()
        self.code = Code(system, properties, variables)
        self.began = perf_counter()
        self.compile_seconds = self.began - begun
        words = self.code.layout.words
        most = capacity(words if limits.store == "whole" else 0, allowed(limits))
        self.few = limits.max_states is not None and limits.max_states <= most
        self.workers = Workers(limits.workers or max(1, processors() // limits.sharers))
        most = limits.max_states if self.few and limits.max_states else most
        room = max(2 * BATCH // self.workers.count, 2 * self.code.fan_out)
        at_once = room * self.workers.count
        self.store = (
            Fingerprints(words, allowed(limits), most, at_once, self.workers)
            if limits.store == "compact"
            else Store(words, most, at_once, self.workers)
        )
        self.candidates = Candidates(words, self.workers.count, room)
        self.room = room - self.code.fan_out
        self.tally = np.zeros(2 + len(self.code.bounds), np.int64)
        self.found_states = np.full(len(self.code.states) + 1, -1, np.int64)
        self.found_steps = np.full((len(self.code.steps) + 1, 2), -1, np.int64)
        self._notes = [tuple(map(np.empty_like, self._found)) for _ in range(self.workers.count)]
        self.transitions = self.depth = self.level_end = self.expanded = 0
        self.reported = self.saved = self.began
        self.checkpoint: Checkpoint | None = None
        self.problems: list[str] = []
        self.resumed: Path | None = None

    @property
    def _found(self) -> tuple[Array, Array, Array]:
        """What a worker notes: counts, and where properties are decided."""
        return self.tally, self.found_steps, self.found_states

    def run(self, progress: OnProgress | None) -> str:
        """Search level by level until nothing is left or all is decided; returns the limit that ended it, or ""."""
        try:
            self._resume()
            limit = "" if self.store.count else self._begin()
            while not limit and self.expanded < self.store.count and not self._decided():
                self.depth += 1
                self.level_end = self.store.count
                self.store.begin_level()
                while not limit and self.expanded < self.level_end:
                    limit = self._chunk() or self.limits.late()
                    self._report(progress)
                    self._improve()
                if not limit:
                    self._save()
        except KeyboardInterrupt:
            return INTERRUPTED
        except MemoryError:
            return OUT_OF_MEMORY
        finally:
            self.workers.close()
            if self.checkpoint is not None:
                self.checkpoint.close()
        return limit

    def _resume(self) -> None:
        """Go on from the checkpoint, if one is wanted and there is one. Raises `OSError` for one that is refused."""
        if self.limits.checkpoint is None:
            return
        key = fingerprint(self.system, [*self.code.states, *self.code.steps], [*self.code.layout.place])
        try:
            self.checkpoint = Checkpoint(self.limits.checkpoint, key)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._give_up_saving(error)
            return
        noted = self.checkpoint.load(self.store.rows)
        if noted is not None:
            self.resumed = self.checkpoint.folder / MANIFEST
            for array, values in zip(self._found, noted["found"], strict=True):
                if np.shape(values) != array.shape:
                    raise damaged(self.resumed)
                array[:] = values
            self.transitions, self.depth, self.expanded, self.level_end = noted["progress"]
            self.store.restore(noted["states"])
            self.began -= noted["seconds"]

    def _save(self) -> None:
        """Write a checkpoint, if one is wanted and the last one is not quite new."""
        now = perf_counter()
        done = self.expanded == self.store.count
        if self.checkpoint is not None and (done or now - self.saved >= BETWEEN_CHECKPOINTS):
            progress = self.transitions, self.depth, self.expanded, self.level_end
            found = [array.tolist() for array in self._found]
            noted = {"states": self.store.count, "progress": progress, "found": found, "seconds": now - self.began}
            try:
                self.checkpoint.save(self.store.rows, self.store.count, noted)
            except OSError as error:
                self._give_up_saving(error)
            self.saved = perf_counter()

    def _give_up_saving(self, error: OSError) -> None:
        """Search on without checkpoints; the last whole one stays."""
        where, what = error.filename or self.limits.checkpoint, error.strerror or error
        self.problems.append(f"{where}: {what}; this search is not saved any further, its verdicts are not affected")
        if self.checkpoint is not None:
            self.checkpoint.close()
            self.checkpoint = None

    def _begin(self) -> str:
        """Store the initial states, each once."""
        packed = np.array([self.code.layout.pack(state) for state in self.system.initial], np.uint64)
        room, found, limit = self.candidates.room, self.candidates, ""
        for begin in range(0, len(packed), room):
            amount = len(packed[begin : begin + room])
            found.states[:amount], found.parents[:amount] = packed[begin:][:room], NO_PARENT
            found.numbers[:amount], found.amounts[0] = np.arange(begin, begin + amount), amount
            self.store.scatter(found, 0, 1)
            limit = limit or self._add(1)
        return limit

    def _chunk(self) -> str:
        """Expand the next batch of the level, and store what it leads to."""
        batch = BATCH * max(self.expanded, 1) // max(self.transitions, 1) + 1
        amount = min(self.level_end - self.expanded, batch)
        active = max(1, min(self.workers.count, amount // LEAST))
        bounds = [self.expanded + amount * worker // active for worker in range(active + 1)]
        ended = self.workers.each(active, lambda worker: self._expand(worker, active, *bounds[worker : worker + 2]))
        stopped = [worker for worker in range(active) if ended[worker] < bounds[worker + 1]]
        used = stopped[0] + 1 if stopped else active
        self.candidates.forget(used)
        self.expanded = ended[used - 1]
        for tally, steps, _ in self._notes[:used]:
            self.tally += tally
            self.transitions += int(tally[:2].sum())
            self.found_steps = np.where(self.found_steps < 0, steps, self.found_steps)
        self._observer.expanded(self, used)
        return self._add(active) or self._observer.stored(self, used)

    def _expand(self, worker: int, active: int, begin: int, end: int) -> int:
        """Expand the states [begin, end); returns the first one for which there was no room."""
        found, (tally, steps, _), (level, first) = self.candidates, self._notes[worker], self.store.level()
        tally[:], steps[:] = 0, -1
        buffers = [found.part(buffer, worker).ctypes.data for buffer in (found.states, found.parents, found.numbers)]
        notes = tally.ctypes.data, steps.ctypes.data
        ended: int = self.code.expand(level.ctypes.data, begin - first, end - first, *buffers, self.room, *notes)
        steps[:, 0] += np.where(steps[:, 0] < 0, 0, first)
        found.amounts[worker] = int(tally[0])
        self.store.scatter(found, worker, active)
        return ended + first

    def _add(self, active: int) -> str:
        """Store the new ones among the candidates, and check properties on them."""
        ranges = self.store.add(self.candidates, active)
        self.workers.each(active, lambda worker: self._commit(worker, *ranges[worker]))
        self.store.count = ranges[-1][1]
        for _, _, states in self._notes[:active]:
            self.found_states = np.where(self.found_states < 0, states, self.found_states)
        return self._full() if self.store.full else ""

    def _commit(self, worker: int, begin: int, end: int) -> None:
        self.store.commit(self.candidates, worker, begin)
        noted = self._notes[worker][2]
        noted[:] = -1
        rows, first = self.store.found()
        self.code.check(rows.ctypes.data, begin - first, end - first, noted.ctypes.data)
        noted += np.where(noted < 0, 0, first)

    def _full(self) -> str:
        if self.few:
            return reached(f"max-states {self.limits.max_states}")
        return OUT_OF_MEMORY if self.limits.max_bytes is None else reached(f"max-memory {self.limits.max_bytes}")

    def _improve(self) -> None:
        """Compile again, carefully, once that is likely to pay; the clock of the search stands still meanwhile."""
        begun = perf_counter()
        if not self.code.careful and begun - self.began > max(LASTING, PATIENCE * self.compile_seconds):
            self.code.compile(careful=True)
            spent = perf_counter() - begun
            self.compile_seconds += spent
            self.began += spent

    def _report(self, progress: OnProgress | None) -> None:
        now = perf_counter()
        if progress and now - self.reported >= BETWEEN_REPORTS:
            self.reported = now
            waiting = self.store.count - self.expanded
            progress(Progress(self.store.count, self.transitions, self.depth, waiting, now - self.began))

    def _decided(self) -> bool:
        """Whether every property has been found, and there is one."""
        found = [*self.found_states[:-1], *self.found_steps[:-1, 0]]
        return bool(found) and min(found) >= 0

    def effort(self, limit: str) -> Effort:
        """What was searched; call it once, after `run`."""
        more = self.store.count > self.level_end
        touched = dict(zip(self.code.bounds, self.tally[2:].tolist(), strict=True))
        return Effort(
            states=self.store.count,
            transitions=self.transitions,
            depth=self.depth + more,
            complete=not limit and self.expanded == self.store.count,
            limit=limit,
            touched={bound: count for bound, count in touched.items() if count},
            compile_seconds=self.compile_seconds,
            seconds=perf_counter() - self.began,
            left_out=tuple(v.name for v in self.system.variables if v.name not in self.code.layout.place),
            digest=self._digest(),
            collision=0.0 if self.store.keeps_states else collision(self.store.count),
            problems=tuple(self.problems),
        )

    def _digest(self) -> str:
        """The digest of the states found, if they are kept."""
        if not self.store.keeps_states:
            return ""
        return digest(self.store.states, self.store.count, self.code.layout, self.workers)

    def traces(self) -> dict[str, Run]:
        """A shortest trace for each property that was found, by its name."""
        found = {
            prop.name: self.trace(int(at))
            for prop, at in zip(self.code.states, self.found_states, strict=False)
            if at >= 0
        }
        for prop, (parent, number) in zip(self.code.steps, self.found_steps.tolist(), strict=False):
            if parent >= 0:
                before = self.trace(parent)
                rule, inputs = self.firings.of(number)
                successor = fire(rule, inputs, before.states[-1])
                if successor is None:
                    raise ReplayError(f"rule '{rule.name}' fired where its guard is false")
                found[prop.name] = Run(before.initial, (*before.steps, Step(rule, inputs, successor)))
        return found

    def trace(self, at: int) -> Run:
        """The run by which state `at` was found, with the values of all variables; raises `ReplayError`."""
        path = [at]
        while self.store.parents[path[-1]] != NO_PARENT:
            path.append(int(self.store.parents[path[-1]]))
        initial = self.system.initial[int(self.store.numbers[path.pop()])]
        steps = list[Step]()
        for found in reversed(path):
            rule, inputs = self.firings.of(int(self.store.numbers[found]))
            after = fire(rule, inputs, steps[-1].state if steps else initial)
            if after is None or not self._agrees(found, after):
                raise ReplayError(f"rule '{rule.name}' leads somewhere else")
            steps.append(Step(rule, inputs, after))
        return Run(initial, tuple(steps))

    def _agrees(self, at: int, state: State) -> bool:
        """Whether a state is what was stored, if states are stored."""
        return not self.store.keeps_states or self.code.layout.pack(state) == self.store.states[at].tolist()

    def state(self, at: int) -> State:
        """State `at` in full."""
        return self.code.layout.unpack(self.store.states[at].tolist())
