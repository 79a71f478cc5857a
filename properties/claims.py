"""All claims, in the order of the explainer's statements; each names the module that says it in terms."""

from __future__ import annotations

from properties.claim import Claim
from properties.claims_calls import CALLS
from properties.claims_closing import CLOSING
from properties.claims_data import DATA
from properties.claims_infinite import INFINITE
from properties.claims_opening import OPENING
from properties.claims_table import TABLE
from properties.claims_time import TIME
from properties.claims_time_wait import HAZARDS

CLAIMS = (*OPENING, *TABLE, *DATA, *CLOSING, *INFINITE, *TIME, *HAZARDS, *CALLS)


def find(name: str) -> Claim | None:
    """The claim with this name."""
    return next((claim for claim in CLAIMS if claim.name == name), None)
