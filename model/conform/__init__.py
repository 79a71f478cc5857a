"""Is the model TCP? Its events run concretely, at 32 bits and with real windows, against what real stacks did.

`interpreter` runs one endpoint; `stacks` are the profiles: what real stacks do besides or instead of RFC 9293.
`recorded` has the format of recorded replies of one endpoint, which `cases` wants exactly; `capture` reads packet
captures; `possible_worlds` is what may be known of an endpoint whose calls and timeouts are hidden; `own_host` judges
an endpoint by a capture made there, and `on_the_way` by one made between the two. `results` has the result as text and
JSON.

A stack's manner is a behaviour in `stacks`, in one sentence, and never a change of the protocol; one that concerns no
event is an error. Core, machine, settings, tcp and mutants are imported: no network, no engine.
"""
