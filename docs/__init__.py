"""What writes the documents: figures, tables and lists, from results and from the code.

`python -m docs.write` puts them between the marks `<!-- written: NAME -->` and `<!-- end -->` of README.md and of the
essays in this folder; what stands outside of the marks is written by hand, and has no figure that a run finds.
`verdicts` has what is written from `tests/facts/results.json`, `lemmas` from the proofs, `rules` from the text of
`model/tcp`, `studies` the tables of studies, `measured` what benchmarks and conformance have found, `lists` settings
and scenarios. Nothing here is computed that takes more than seconds, and nothing imports this package but its tests.
"""
