"""The one place where a configuration becomes its network."""

from __future__ import annotations

from model.network.bounded import Network
from model.network.server import Server
from model.settings.server import AnyConfig, ServerConfig

AnyNetwork = Network | Server


def network_of(config: AnyConfig) -> AnyNetwork:
    """The network of a configuration; raises `BadConfig` where it cannot be built."""
    return Server(config) if isinstance(config, ServerConfig) else Network(config)
