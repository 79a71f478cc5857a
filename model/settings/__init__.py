"""Settings: what may be varied, in groups.

Each group is a frozen dataclass: `protocol`, `numbers` (which has the sizes, too) and `clocks` have theirs; `runs` has
what may happen in a run: its start, users, channel and budgets. `config` puts them together for one connection,
`server` for a server.
A field is written once, by `setting`: its default, text, paragraph, bound and unit; its choices are its type. What is
listed, read, refused and explained is computed from that. A new field goes into its group;
a new combination that makes no sense goes into the check beside it.
Nothing here may import more than `core`, and nothing that takes time to load: `--list` reads this.
"""
