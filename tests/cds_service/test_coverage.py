"""What the coverage extension says, and how much of it."""

from __future__ import annotations

from cds_service.coverage import LONGEST, coverage_extension
from models.finding import Assessment
from models.patient import Gap


def test_nothing_empty_is_said() -> None:
    assert coverage_extension(Assessment(), "0123", "1.0") == {"knowledge": "0123", "version": "1.0"}


def test_fault_H02_a_reported_text_in_a_gap_is_capped() -> None:
    found = Assessment(gaps=(Gap("x" * 9000, "not_understood", "not a pair of alleles: reported as " + "y" * 9000),))
    [told] = coverage_extension(found, "0123", "1.0")["notChecked"]
    assert (len(told["subject"]), len(told["because"])) == (LONGEST, LONGEST)
    assert told["because"].startswith("not a pair of alleles") and told["because"].endswith("…")
