"""Runs and state graphs as pictures and text.

`ladder` draws a run as a time-sequence diagram, with `arrows` for segments and a `band` for a loop; `rungs` is the
same in plain text, in the RFC's form or with `lifelines`; `text` tells a run step by step, `infinite_run` an infinite
one. `flights` finds out which arrival belongs to which sending. `diagram` draws states and arcs. `dot` has the words of
Graphviz's language, and `render` draws. Runs in the formats of other tools are in `formats`.

A picture shows what a system's rules say of themselves: sides, names, segments, paragraphs. One that cannot be drawn is
no error: the report says why. Core, machine and words are imported, so no protocol, no network and no engine.
"""
