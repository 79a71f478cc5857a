"""The project's texts in the reader's language: English, in which they are written, and Chinese.

`language` finds out which one is wanted and translates (`_`), by the catalogue zh.mo beside it; `columns` counts and
wraps text whose characters may be two columns wide.

A text is written in English where it is used. Sentences of claims and statements are data: whoever prints one
translates it then. Names of events, states, fields and claims are the RFC's or the project's own, and stay as they are;
so does what programs read, and what tells a user of a mistake. After a change: `tests.messages`, which extracts all
texts, and tests that none is missing. Nothing of the project is imported.
"""
