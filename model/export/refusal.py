"""What an exporter raises where its target has no words for a part of a system."""

from __future__ import annotations

from model.machine.printing import Mistake


class CannotExport(Mistake, ValueError):
    """The target has no words for a part of the system; the text names the part."""
