"""The Breast Cancer Risk Assessment Tool (Gail model): relative risk, incidence and other deaths, by bands of age. Numbers are data.

Source: Gail and others, J Natl Cancer Inst 1989;81:1879, and the tool's later groups, named in the model's file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.knowledge.model_types import Formula, Model, Values
from models.prediction.scored import Scored
from models.prediction.terms import step

LATER = 50  #: years of age from which biopsies count otherwise; a band begins there
FIRST, BAND = 20, 5  #: rates begin at this age, one for every so many years
LAST = 90


def score(model: Model, formula: Formula, values: Values) -> Scored:
    """The chance of invasive breast cancer within the formula's horizon, or until 90; as a part of one. Linear: ln(-ln(1 - chance))."""
    group = model.numbers["group"][formula.variant]
    age = float(values["age"])
    until = min(LAST, age + formula.horizon_years) if formula.horizon_years else float(LAST)
    risk = absolute_risk(group, relative_risks(model.numbers, group, values), age, until)
    return Scored(math.log(-math.log1p(-risk)), risk)


def relative_risks(numbers: Mapping[str, Any], group: Mapping[str, Any], values: Values) -> tuple[float, float]:
    """Before 50 and from 50 on, against a woman without any of the factors."""
    biopsies, menarche, relatives = (
        step(tuple((start, code) for start, code in group["code"][name]), float(values[name]))
        for name in ("breast-biopsies", "age-at-menarche", "first-degree-breast-cancers")
    )
    birth = group["first_birth"][values["first-birth"]]
    beta = group["beta"]
    early = math.fsum(
        (
            beta["biopsies"] * biopsies,
            beta["menarche"] * menarche,
            beta["first_birth"] * birth,
            beta["relatives"] * relatives,
            beta["first_birth_relatives"] * birth * relatives,
            math.log(numbers["hyperplasia"][str(values.get("atypical-hyperplasia", "unknown"))]) if biopsies else 0.0,
        )
    )
    return math.exp(early), math.exp(early + beta["later_biopsies"] * biopsies)


def absolute_risk(group: Mapping[str, Any], relative: tuple[float, float], age: float, until: float) -> float:
    """The chance between two ages. Within a band of ages both hazards are constant, so a band is one step."""
    risk, passed = 0.0, 0.0
    for band in range(int(age - FIRST) // BAND, math.ceil((until - FIRST) / BAND)):
        start = FIRST + BAND * band
        late = start >= LATER
        cancer = group["incidence"][band] * group["not_attributable"][late] * relative[late]
        hazard = cancer + group["mortality"][band]
        length = min(until, start + BAND) - max(age, start)
        risk += cancer / hazard * math.exp(-passed) * -math.expm1(-hazard * length)
        passed += hazard * length
    return risk
