"""Ghosts: what a network remembers of a run for the properties that read it, and no event does.

`ghost` says what a ghost is: variables of each side, and what an event and a loss write to them. A module each has
`beliefs` (whose SYN was accepted by whom: every network keeps it), `history` (connections that ended in order),
`endings` (how a connection ended), `ack_losses`, `origins` (segments of another connection), `turns` (who chose first),
`syns` (whose SYN was ever accepted) and `accounts` (octets sent and delivered). `known` lists them.

A property brings the ghosts that it reads: `Network.system` finds them by their variables. Only what a ghost writes
onto segments (`origins`) changes the slots of the channels, so a property that reads it is marked with it (see
`ghost`). A ghost must never enable or change an event. Side, tcp, settings and core are imported.
"""
