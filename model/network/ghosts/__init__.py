"""Ghosts: what a network remembers of a run for the properties that read it, and no event does.

`ghost` says what a ghost is: variables of each side, and what an event and a loss write to them. `handshakes` has
`BELIEFS` (whose SYN was accepted by whom: every network keeps it), `SYNS` (whose was ever accepted) and `TURNS` (who
chose first); `endings` has `ENDINGS` (how a connection ended) and `HISTORY` (those that ended in order); `segments` has
`ACK_LOSSES` and `ORIGINS` (segments of another connection); `accounts` counts octets. `known` lists them.

A property brings the ghosts that it reads: `Network.system` finds them by their variables. Only what a ghost writes
onto segments (`ORIGINS`) changes the slots of the channels, so a property that reads it is marked with it (see
`ghost`). A ghost must never enable or change an event. Side, tcp, settings and core are imported.
"""
