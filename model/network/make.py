"""The one place where a configuration becomes its network."""

from __future__ import annotations

from model.network.bounded import Network
from model.tcp.config import Config


def network_of(config: Config) -> Network:
    """The network of a configuration; raises `BadConfig` where it cannot be built."""
    return Network(config)
