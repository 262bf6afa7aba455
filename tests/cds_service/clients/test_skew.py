"""Clocks that differ, found by the tokens that come."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cds_service.clients.skew import LEAST, Skew
from models.knowledge.types import Knowledge
from tests.support.hospital import NOW, Hospital
from tests.support.tokens import Ehr


def test_one_fresh_token_shows_that_clocks_agree() -> None:
    skew = Skew()
    for offset in (45, 50, 0, 55, 45, 45):
        skew.saw("a", offset)
    assert skew.doubt() == ""


def test_fault_G09_tokens_that_are_all_old_or_all_from_the_future() -> None:
    for offset in (40, -40, 400):
        skew = Skew()
        for _ in range(LEAST - 1):
            skew.saw("a", offset)
        assert skew.doubt() == ""
        skew.saw("a", offset)
        assert f"a by {abs(offset)} seconds" in skew.doubt() and "NTP" in skew.doubt()


def test_fault_G09_readiness_warns_also_where_the_tokens_are_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    ehr = Ehr("epic-test", now=lambda: NOW + timedelta(minutes=6))
    hospital = Hospital(tmp_path, knowledge, ehrs=(ehr,))
    assert hospital.client.get("/ready").get_json()["status"] == "ready"
    assert {hospital.ask("/cds-services").status_code for _ in range(LEAST)} == {401}
    told = hospital.client.get("/ready").get_json()
    assert told["status"] == "degraded" and "epic-test by 360 seconds" in told["clock"]
