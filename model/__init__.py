"""A model checker for TCP's connection management (RFC 9293): the command lines, and where to begin to read.

1. `tcp.all_events`, and then what it lists: the events of one endpoint, in the RFC's order.
2. `core.system` and `core.answer`: what an engine checks, and what it answers.
3. `network.bounded`: two endpoints and their network as a system; `any_channel.network`: the same without bounds.
4. `engines.twin`: the slow search that defines the answers of `engines.explicit.search`.
5. `properties.opening`: properties, their witnesses, and the claims about them.
6. `questions.answering`: claims become tasks, and tasks become rows; `report.answers` says what they mean.

The root has command lines and nothing else: `check`, `certify`, and `start`, which begins every program. They parse,
ask and print, and may import every room; no room imports them. `python -m tests.imports` draws the rooms, and
`tests.imports` lists their levels: a module imports from its own room and from lower levels only.
"""
