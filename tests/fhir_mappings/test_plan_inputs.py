"""What the plan's service reads: nothing is required, our own questions are asked, and order services ask for none of it."""

from __future__ import annotations

from fhir_mappings.order_inputs import order_inputs
from fhir_mappings.plan_inputs import plan_inputs
from models.codes import LOINC, OWN
from models.knowledge.types import Knowledge


def test_nothing_is_required_and_relatives_and_procedures_are_read(knowledge: Knowledge) -> None:
    inputs = {wanted.field: wanted for wanted in plan_inputs(knowledge)}
    assert not any(wanted.required for wanted in inputs.values())
    assert {"patient", "conditions", "medications", "statements", "measurements", "variants", "genotypes"} <= inputs.keys()
    assert {"family", "procedures", "allergies", "requests"} <= inputs.keys()


def test_every_fact_that_is_measured_is_asked_for(knowledge: Knowledge) -> None:
    query = next(wanted.query for wanted in plan_inputs(knowledge) if wanted.field == "measurements")
    plan = knowledge.careplans["diabetes"]
    asked = {name for fact in plan.facts if fact.origin in ("measurement", "positive", "negatives") for name in fact.names}
    asked |= {name for row in plan.due for name in row.names} | {*plan.diet.asked, *plan.diet.asked_of_means}
    for name in asked:
        for system, code in knowledge.clinical[name].codes:
            assert system not in (LOINC, OWN) or f"{system}|{code}" in query, name


def test_orders_ask_for_none_of_it(knowledge: Knowledge) -> None:
    query = next(wanted.query for wanted in order_inputs(knowledge) if wanted.field == "measurements")
    for name in knowledge.clinical.values():
        if name.use in ("plans", "models"):
            assert not any(f"{system}|{code}" in query for system, code in name.codes), name.id
