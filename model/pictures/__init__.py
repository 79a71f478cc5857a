"""Runs and state graphs as pictures and text.

`ladder` draws a run as a time-sequence diagram, with `arrows` for segments, a `band` for a loop, and around it the
`poster`, which has a `legend`; `rungs` is the same in plain text, in the RFC's form or drawn with `strokes`;
`two_ladders` puts two runs side by side, as both. `text` tells a run step by step, `infinite_run` an infinite one.
`order` puts the steps of a run into the order in which it is shown. `flights` finds out which arrival belongs to which
sending, `numbers` makes sequence numbers relative, and `lifelines` says which side is the client. `diagram` draws
states and arcs. `dot` has the words of Graphviz's language, `render` draws, and `dark` has the colours. Runs in the
formats of other tools are in `formats`.

A picture shows what a system's rules say of themselves: sides, names, segments, paragraphs. One that cannot be drawn is
no error: the report says why. Core, machine and words are imported, so no protocol, no network and no engine.
"""
