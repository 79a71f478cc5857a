"""The configuration of a run: every field that can be varied, with its default, its bounds and its text.

`config` has the fields for two endpoints and their network, `server` those for a server with many clients, and `about`
a line for each field, which `--fields` prints. A configuration is frozen; `Config.vary` makes another one of it, and
a combination that makes no sense raises `BadConfig`.

The defaults are the RFC's choices; a weakened protocol is another value of the same field. To add a field, write it,
its check and its line here, and read it where the protocol or the network needs it. Only `core.near` is imported.
"""
