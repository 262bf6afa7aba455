"""What of a model decides its output, as twelve characters: a run that was recorded with another one tells of another model."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from models.knowledge.model_types import Model


def digest_of(model: Model) -> str:
    """12 hexadecimal characters of sha256 over inputs, formulas, output, refusals and numbers; neither its words nor its card count."""
    formulas = [replace(formula, bands=()) for formula in model.formulas]  # bands are what a run found out: it cannot hold their digest
    asked = [
        replace(one, reference=0.0, monotone="", change_to=None) for one in model.inputs.values()
    ]  # these explain, they decide nothing
    said = (model.form, *asked, *formulas, model.output, *sorted(model.refuses), sorted(model.numbers.items()))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]
