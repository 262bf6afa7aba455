"""What of a model decides its output, as twelve characters: a run that was recorded with another one tells of another model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from models.knowledge.model_types import Model


def digest_of(model: Model) -> str:
    """12 hexadecimal characters of sha256 over inputs, formulas, output, refusals and numbers; neither its words nor its card count."""
    said = {
        "form": model.form,
        "inputs": [asdict(i) for i in model.inputs.values()],
        "formulas": [_formula(f) for f in map(asdict, model.formulas)],
        "output": asdict(model.output),
        "refuses": sorted(model.refuses),
        "numbers": model.numbers,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=dict).encode()).hexdigest()[:12]


def _formula(values: dict[str, Any]) -> dict[str, Any]:
    """Without the bands: they are what a run found out, so a run cannot hold their digest."""
    return {name: value for name, value in values.items() if name != "bands"}
