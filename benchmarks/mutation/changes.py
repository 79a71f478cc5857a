"""What a mutant changes, concretely."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from model.mutants.derive import find
from model.mutants.mutation import Text, text_of
from model.settings.config import Config
from model.tcp.cause import Cause
from model.tcp.event import Event


def as_written(config: Config) -> Text:
    """The protocol of a configuration without the mutant."""
    return text_of(config)


@lru_cache(maxsize=16)
def changed(text: Text, name: str) -> Mapping[Cause, Event | None]:
    """The events that a mutant changes. Raises `Unaffected`."""
    return text.changed(text.listed(find(name, text)))
