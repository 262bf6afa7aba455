"""A site's own choices: which medicines ask for a test first, which terms it has accepted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cds_service.app import create_state
from cds_service.settings import Settings
from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.errors import KnowledgeError
from models.knowledge.site import asking_first, with_terms
from models.knowledge.types import Knowledge
from models.patient import Medication, Order, PatientProfile

CARBAMAZEPINE = Concept((Code(RXNORM, "2002"),))


def kinds(knowledge: Knowledge, *taken: Medication) -> list[str]:
    order = Order("MedicationRequest/1", CARBAMAZEPINE)
    return [f.kind for f in assess_orders(PatientProfile(date(2026, 11, 26), orders=(order,), medications=taken), knowledge).findings]


def test_a_chosen_medicine_asks_for_its_test_and_the_others_do_not(knowledge: Knowledge) -> None:
    assert kinds(knowledge) == []
    assert kinds(asking_first(knowledge, ("clopidogrel",))) == []
    assert kinds(asking_first(knowledge, ("carbamazepine",))) == ["pre-test"]


def test_one_who_takes_it_is_not_asked(knowledge: Knowledge) -> None:
    taken = Medication(CARBAMAZEPINE, began="2025-01-01", origin="MedicationRequest/9")
    assert kinds(asking_first(knowledge, ("carbamazepine",)), taken) == []


def test_the_files_stay_as_they_are(knowledge: Knowledge) -> None:
    chosen = asking_first(knowledge, ("carbamazepine",))
    assert not any(g.must_test for g in knowledge.guidelines["2002"])
    assert chosen.digest != knowledge.digest
    assert asking_first(knowledge, ("carbamazepine",)).digest == chosen.digest
    assert asking_first(knowledge, ("clopidogrel",)).digest != chosen.digest
    assert asking_first(knowledge, ()) is knowledge


@pytest.mark.parametrize("name", ["water", "Carbamazepine", ""])
def test_a_name_without_a_guideline_stops_the_start(name: str, knowledge: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no guideline goes by a genotype"):
        asking_first(knowledge, (name,))
    with pytest.raises(KnowledgeError):
        create_state(Settings(store_url=f"sqlite:///{tmp_path}/s", ask_first=(name,)), knowledge)


def test_terms_that_a_site_accepts_are_part_of_its_digest(knowledge: Knowledge) -> None:
    accepted = with_terms(knowledge, ("premm5",))
    assert accepted.accepted_terms == {"premm5"}
    assert accepted.digest != knowledge.digest
    assert with_terms(knowledge, ()) is knowledge


@pytest.mark.parametrize("name", ["prevent", "water"])
def test_a_model_without_terms_to_accept_stops_the_start(name: str, knowledge: Knowledge, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no model with terms to accept"):
        create_state(Settings(store_url=f"sqlite:///{tmp_path}/s", accepted_terms=(name,)), knowledge)
