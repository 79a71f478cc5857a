"""The one place where a configuration becomes its network."""

from __future__ import annotations

from model.network.bounded import Network
from model.network.ghosts.ghost import Ghost
from model.network.server import Server
from model.settings.server import AnyConfig, ServerConfig

AnyNetwork = Network | Server


def network_of(config: AnyConfig, ghosts: tuple[Ghost, ...] = ()) -> AnyNetwork:
    """The network of a configuration; raises `BadConfig` where it cannot be built.

    ghosts: those that write onto segments, of what is asked; a system has the others by itself.
    """
    return Server(config, ghosts) if isinstance(config, ServerConfig) else Network(config, ghosts=ghosts)
