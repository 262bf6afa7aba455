"""The doses of a loading phase for one patient, by the model that the flow names. Whether they are told is the site's choice."""

from __future__ import annotations

from models.dosing.question import DosingQuestion
from models.knowledge.model_types import Value
from models.prediction.contract import Prediction, predict


def loading_doses(q: DosingQuestion, maintenance: float) -> tuple[float, ...]:
    """mg on each day, in order, before the maintenance dose (mg a day); () where the model gives none for this genotype or dose."""
    model = q.knowledge.models[q.flow.predicting.loading]
    genes: dict[str, Value] = {g.input: g.choices[q.genotype.keys[g.gene]] for g in q.flow.gene_inputs if g.input in model.inputs}
    values = {**genes, model.numbers["dose"]: maintenance}
    found = [predict(model, values, outcome=formula.outcome) for formula in model.formulas]
    doses = tuple(one.value for one in found if isinstance(one, Prediction))
    return doses if len(doses) == len(found) else ()
