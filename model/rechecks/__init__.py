"""Verdicts checked again: a certificate is believed nothing, only its claim's name, its variant and its configuration.

`tasks` looks up what this version claims under these. `derived` makes a proof's obligations itself: all of them, in
order, have to be in the certificate byte for byte, and solvers other than Z3 have to answer as expected. `searched`
searches again: verdict and figures have to be the same, and every run is replayed and has to decide its property.

Still trusted are: that the events are RFC 9293 and the last lemma is the property (tcp, network, properties); that the
obligations are enough (`engines.inductive`, `questions.theorems`); the writer of SMT-LIB, with z3 as a library of
terms; the solver that answers, and Python. Z3 as a solver and what schedules its questions are not. A search is run by
the same engine again; only its runs are checked by other code. A proof's certificate does not say that its events can
happen: `model.check` finds that out. The questions' theorems and searches, and what is below them, are imported.
"""
