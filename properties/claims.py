"""All claims, in the order of the explainer's statements; each stands beside its property."""

from __future__ import annotations

from properties.calls import CALLS
from properties.claim import Claim
from properties.closing import CLOSING
from properties.data import DATA
from properties.hazards import HAZARDS
from properties.knowledge import KNOWN
from properties.needless import NEEDLESS
from properties.old_segments import FRESH_NUMBERS
from properties.opening import OPENING
from properties.progress import INFINITE
from properties.server_table import TABLE
from properties.studies.assumptions import ASSUMPTIONS
from properties.studies.levels import SHARES
from properties.studies.retransmissions import RETRANSMISSIONS
from properties.studies.time_wait import THRESHOLDS
from properties.time_wait import LAST_ACKS

TIME = (*LAST_ACKS, *THRESHOLDS, *FRESH_NUMBERS, *ASSUMPTIONS, *NEEDLESS, *RETRANSMISSIONS)
CLAIMS = (*OPENING, *KNOWN, *SHARES, *TABLE, *DATA, *CLOSING, *INFINITE, *TIME, *HAZARDS, *CALLS)


def find(name: str) -> Claim | None:
    """The claim with this name."""
    return next((claim for claim in CLAIMS if claim.name == name), None)
