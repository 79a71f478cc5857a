"""What must hold of TCP, where, and what must fail: property, witness and claim together, a file for each theme.

The themes: `opening` (with the arcs of `figure_5`), `server_table`, `data`, `closing`, `progress` (infinite runs),
`time_wait`, `old_segments`, `needless`, `hazards`, `knowledge`, and `stories`, whose claims are that a file in
scenarios/ is a run. `claims` lists all in order; `claim` says what a claim is, and what it asks; `configs` has
configurations. `predicates` are shared by properties, `fair` has promises. `statements` are the nine questions,
`explainer` what the explainer says of them, `plain_words` what each claim says in plain words. `sent` has lemmas about
one endpoint, `proofs` those for every channel, `studies` answers from several searches; `rare_events` has
configurations in which rare events happen.

A claim needs a variant that holds and one that fails, and a witness that its premise happens. Core, settings, tcp,
mutants and network are imported; no engine is, so that listing claims takes no time.
"""
