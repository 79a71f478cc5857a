"""What a mutant changes, concretely."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from model.tcp.config import Config
from model.tcp.event import Event
from model.tcp.mutants import find
from model.tcp.mutation import Text, text_of
from model.tcp.protocol import listing


def as_written(config: Config) -> Text:
    """The protocol of a configuration without the mutant."""
    return text_of(config, listing)


@lru_cache(maxsize=16)
def changed(text: Text, name: str) -> Mapping[str, Event | None]:
    """The events that a mutant changes. Raises `Unaffected`."""
    return text.changed(text.listed(find(name, text)))
