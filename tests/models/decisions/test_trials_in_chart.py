"""Trials of a site in the treatment plan of an opened chart, with variants as charts have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.codes import ONCOTREE, Code, Concept
from models.decisions.assess import assess_orders
from models.decisions.tumour_board import tumour_plans
from models.finding import Trial
from models.knowledge.site import with_choices
from models.knowledge.trial_criteria import trial_words
from models.knowledge.trial_files import read_trial
from models.knowledge.types import Knowledge
from models.patient import Condition, PatientProfile
from models.variant import Variant
from tests.support import trials as made_up


@pytest.fixture(scope="module")
def known(knowledge: Knowledge) -> Knowledge:
    words = trial_words(knowledge.biomarkers, knowledge.clinical)
    trials = tuple(read_trial(made_up.document(name), name, words) for name in made_up.NAMES)
    return with_choices(knowledge, hereditary_summary=False, trials=trials)


def patient(tumour: str, *variants: tuple[str, str, str]) -> PatientProfile:
    """Variants: gene, protein change, "present" or "absent"."""
    return PatientProfile(
        as_of=date(2026, 11, 25),
        birth_date="1960-05-01",
        conditions=(Condition(Concept((Code(ONCOTREE, tumour),)), origin="Condition/1"),),
        variants=tuple(
            Variant(
                f"Observation/{n}",
                state,  # type: ignore[arg-type]
                (Concept(text=gene),),
                protein=(change,) if change else (),
                significance=(Concept(text="pathogenic"),),
                effective="2026-01-02",
            )
            for n, (gene, change, state) in enumerate(variants, 1)
        ),
    )


def told(profile: PatientProfile, known: Knowledge) -> list[Trial]:
    answer = tumour_plans(profile, known, assess_orders)
    return [trial for finding in answer.findings if finding.plan for trial in finding.plan.trials]


def test_a_variant_of_the_chart_brings_in_its_trial(known: Knowledge) -> None:
    (trial,) = [t for t in told(patient("LUAD", ("EGFR", "p.Leu858Arg", "present")), known) if t.id == "TEST-0001"]
    assert "EGFR p.L858R" in trial.met


def test_the_resistance_change_keeps_it_out(known: Knowledge) -> None:
    both = patient("LUAD", ("EGFR", "p.L858R", "present"), ("EGFR", "p.Thr790Met", "present"), ("ALK", "", "absent"))
    assert "TEST-0001" not in [t.id for t in told(both, known)]


def test_another_tumour_keeps_it_out(known: Knowledge) -> None:
    assert "TEST-0001" not in [t.id for t in told(patient("COADREAD", ("EGFR", "p.L858R", "present")), known)]


def test_what_is_open_for_everybody_with_the_tumour_is_not_told(known: Knowledge) -> None:
    assert told(patient("LUAD"), known) == []


def test_without_trials_the_plan_names_none(knowledge: Knowledge) -> None:
    assert told(patient("LUAD", ("EGFR", "p.L858R", "present")), replace(knowledge, trials=())) == []
