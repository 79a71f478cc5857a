"""Questions: what a claim asks, who answers it, and the result that comes of it.

`answering` makes tasks of claims and knows the kinds: `cell_search` (engines on one configuration), `knowing` (who
knows what), `story` (is this `scenario` a run?), `study` (an answer from several searches), `proof` (step by step; a
`premise` has to happen, `theorems` names network and lemmas, `shares` go between processes, `minimise` drops lemmas).
`names` finds the claims meant, `jobs` spreads tasks over processes (each a `worker`), `combine` compares proofs with
searches. `task` is what is asked and found; `evidence`, `figures`, `proof_words` and `certificates` put it into files
and words, `plain` a run into sentences, `playable` takes it with its model to the page. Beside a run `against` puts the
same `schedule` under its `counterpart`, and `difference` says what that does; `another` finds a further run. `coverage`
counts events, `impossible` proves that one cannot happen, `diagrams` draws states.

None prints. Results hold no terms, so that they can go between processes. What nobody has answered is unknown, and
never holds. Report, rechecks and cli are not imported, nor conform; what takes time to load is loaded when it is asked.
"""
