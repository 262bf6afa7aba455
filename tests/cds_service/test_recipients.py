"""Who is shown cards: prescribers, and for anybody else not even what there would be to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.coverage import coverage_extension
from cds_service.recipients import addressed
from models.finding import Assessment, Checked, Drug, Evidence, Finding, GeneEvidence
from models.patient import Gap
from tests.support.edge import Edge, request, service

FINDING = Finding(
    "drug-gene", "critical", Drug("drug", "1"), (GeneEvidence("GENE1"),), (), (Evidence("Body drug", "1", "https://example.org"),)
)
FOUND = Assessment((FINDING,), (Gap("GENE2", "not_tested", "no result"),), (Checked("drug–GENE1", "fired", "x"),))


@pytest.mark.parametrize("user", ["Practitioner/1", "PractitionerRole/1", ""])
def test_prescribers_see_everything(user: str) -> None:
    assert addressed(FOUND, user) is FOUND


@pytest.mark.parametrize("user", ["Patient/1", "RelatedPerson/1", "Patient"])
def test_others_see_nothing_and_are_told_so(user: str) -> None:
    extension = coverage_extension(addressed(FOUND, user), "0" * 12, "1")
    assert extension == {
        "withheld": [
            {"subject": "cards", "outcome": "recipient", "because": "cards are shown to prescribers only, and context.userId is none"}
        ],
        "knowledge": "0" * 12,
        "version": "1",
    }


def test_a_patient_who_calls_is_shown_no_card(tmp_path: Path) -> None:
    view = replace(service(hook="patient-view", assess=lambda profile, knowledge: FOUND), reads_drafts=False)
    edge = Edge(tmp_path, view, present=lambda found, *_, **__: {"cards": [{"summary": f.drug.name} for f in found.findings]})
    for user, cards in (("Practitioner/1", ["drug"]), ("Patient/p1", [])):
        asked = request(hook="patient-view", context={"userId": user})
        assert [card["summary"] for card in edge.post(asked).get_json()["cards"]] == cards
