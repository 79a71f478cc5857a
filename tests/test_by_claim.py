"""What each claim refuses alone."""

from __future__ import annotations

import pytest

from benchmarks.mutants import main
from benchmarks.mutation.by_claim import cells, searched
from properties.claims import CLAIMS
from properties.configs import LAST_ACK
from properties.time_wait import SILENT


def test_every_claim_that_is_searched_is_asked_on_a_cell_on_which_it_must_hold() -> None:
    asked = {claim.name: config for config, claims in cells().items() for claim in claims}
    assert set(asked) == {claim.name for claim in CLAIMS if claim.searched}
    for claim in CLAIMS:
        if claim.searched:
            assert asked[claim.name] in [cell.config for cell in claim.cells if cell.expected == "holds"]


def test_a_silent_time_wait_is_refused_by_the_claims_about_the_last_ack_each_alone() -> None:
    found = dict(searched(LAST_ACK, cells()[LAST_ACK], SILENT))
    assert found == {"last-ack-answered": "violated", "last-ack-ends": "violated"}


@pytest.mark.minutes
def test_the_table_names_every_claim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--by-claim", "--only", SILENT]) == 0
    printed = capsys.readouterr().out
    assert all(claim.name in printed for claim in CLAIMS if not claim.study)
