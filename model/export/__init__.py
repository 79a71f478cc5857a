"""Systems in the languages of other model checkers: one file for each target, an operator table and a small frame.

An exporter refuses before it emits: what the target cannot say raises `CannotExport`, which names it.
"""

from __future__ import annotations


class CannotExport(ValueError):
    """The target has no words for a part of the system; the text names the part."""
