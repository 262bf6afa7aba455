"""Risks as a whole: what a broken model, a value out of range or a site's own record makes of an answer."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from cds_service.messages import messages
from cds_service.present import detail
from models.decisions.risks import assess_risks
from models.finding import Assessment
from models.knowledge.calibration_types import Calibration
from models.knowledge.model_types import Formula, Model, Values
from models.knowledge.types import Knowledge
from models.patient import PatientProfile
from models.prediction import contract
from models.prediction.forms import FORMS
from models.prediction.scored import Scored
from tests.support.case_files import Case
from tests.support.risk_cases import profile
from tests.support.shipped import shipped

RISK = "cardiovascular"
SICK: Mapping[str, Any] = {
    "born": "1962-01-01",
    "sex": "male",
    "smoking": "current-smoker",
    "measured": {"systolic-pressure": "150 mm[Hg]", "total-cholesterol": "240 mg/dL", "hdl-cholesterol": "38 mg/dL"},
}


def one_risk(knowledge: Knowledge) -> Knowledge:
    return replace(knowledge, risks={RISK: knowledge.risks[RISK]})


def sick(knowledge: Knowledge, **more: Any) -> PatientProfile:
    return profile(Case(RISK, "x", {**SICK, **more, "expect": {}}), knowledge)


def value_of(found: Assessment) -> float:
    assert found.findings and found.findings[0].estimate is not None, found
    return found.findings[0].estimate.value


def with_form(score: Any, monkeypatch: pytest.MonkeyPatch) -> Knowledge:
    """The model of the risk, whose sum is worked out by `score`."""
    monkeypatch.setattr(contract, "FORMS", {**FORMS, "made-up": score})
    made = replace(shipped().models["prevent"], form="made-up")
    return one_risk(replace(shipped(), models=MappingProxyType({**shipped().models, "prevent": made})))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.01, 1.01])
def test_fault_E40_a_number_that_is_none_is_never_told(value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(model: Model, formula: Formula, values: Values) -> Scored:
        return Scored(0.0, value)

    knowledge = with_form(broken, monkeypatch)
    found = assess_risks(sick(knowledge), knowledge)
    assert found.findings == ()
    assert [(g.reason, "where it is not trusted" in g.because) for g in found.gaps] == [("out_of_range", True)]


def test_fault_F13_a_model_that_breaks_is_off_and_the_others_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(model: Model, formula: Formula, values: Values) -> Scored:
        raise KeyError("a table is missing")

    knowledge = with_form(broken, monkeypatch)
    both = replace(knowledge, risks={RISK: knowledge.risks[RISK], "undiagnosed-diabetes": shipped().risks["undiagnosed-diabetes"]})
    heavy = {**SICK["measured"], "weight": "110 kg"}
    found = assess_risks(sick(both, measured=heavy, without=["hba1c"]), both)
    assert [f.outcome for f in found.findings] == ["undiagnosed-diabetes"]
    assert [(g.subject, g.reason) for g in found.gaps if g.reason == "fault"] == [("heart attack and stroke", "fault")]


@pytest.mark.parametrize(
    ("name", "said"), [("systolic-pressure", "185 mm[Hg]"), ("total-cholesterol", "340 mg/dL"), ("hdl-cholesterol", "15 mg/dL")]
)
def test_fault_E39_outside_what_was_validated_no_number_and_which_input(name: str, said: str) -> None:
    knowledge = one_risk(shipped())
    found = assess_risks(sick(knowledge, measured={**SICK["measured"], name: said}), knowledge)
    label = knowledge.inputs[name].label
    assert found.findings == ()
    assert [(g.subject, g.reason) for g in found.gaps] == [(f"heart attack and stroke–{label}", "out_of_range")]
    assert found.gaps[0].origin == f"Observation/{name}"


def test_fault_F14_what_serves_has_none_of_the_libraries_that_trained() -> None:
    """So no version of theirs can change a number: what was exported is compared with them when it is trained."""
    program = (
        "import sys; import cds_service.app; from cds_service.services import load_services; load_services();"
        "from models.decisions.risks import assess_risks;"
        "print(sorted({'numpy', 'pandas', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_sites_own_record_changes_the_number_and_the_card_says_so() -> None:
    plain = assess_risks(sick(shipped()), one_risk(shipped()))
    formula = plain.findings[0].explanation
    assert formula is not None
    own = Calibration("prevent", formula.formula, "St Elsewhere", 0.3, 1.0, 4200, 310, "1")
    knowledge = replace(one_risk(shipped()), calibrations={("prevent", formula.formula): own})
    fitted = assess_risks(sick(knowledge), knowledge)
    assert value_of(fitted) > value_of(plain)
    how = fitted.findings[0].explanation
    assert how is not None and how.fitted == ("St Elsewhere", 0.3, 1.0) and how.linear == formula.linear
    assert value_of(fitted) == pytest.approx(1 / (1 + math.exp(-(0.3 + how.linear))), rel=1e-12)
    assert "Fitted to St Elsewhere: 4200 people with 310 events there." in detail(fitted.findings[0], messages())
    other = replace(one_risk(shipped()), calibrations={("prevent", "another"): replace(own, formula="another")})
    assert value_of(assess_risks(sick(other), other)) == value_of(plain)


def test_the_explanation_sums_to_the_sum_that_the_number_follows_from() -> None:
    found = assess_risks(sick(shipped()), one_risk(shipped())).findings[0]
    assert found.explanation is not None and found.estimate is not None
    total = found.explanation.reference + math.fsum(s.amount for s in found.explanation.shares)
    assert total == pytest.approx(found.explanation.linear, abs=1e-12)
    assert found.explanation.scale == "log odds"
    assert 1 / (1 + math.exp(-found.explanation.linear)) == pytest.approx(found.estimate.value, rel=1e-12)


def test_restricted_variants_are_left_out_and_told() -> None:
    line = "LDLR c.1775G>A heterozygous pathogenic germline"
    person = sick(shipped(), variants=[line])
    hidden = replace(person, variants=tuple(replace(v, restricted=True) for v in person.variants))
    found = assess_risks(hidden, one_risk(shipped()))
    assert found.findings[0].condition == "" and any("restricted" in g.because for g in found.gaps)
    assert assess_risks(person, one_risk(shipped())).findings[0].condition


def test_the_topic_is_the_advice_and_not_the_digits_of_the_number() -> None:
    """A pressure that is a little lower today is no reason to tell the same again; another group of risk is."""
    knowledge = one_risk(shipped())

    def told(**more: Any) -> tuple[str, float]:
        found = assess_risks(sick(knowledge, **more), knowledge)
        return found.findings[0].topic, value_of(found)

    one, lower = told(), told(measured={**SICK["measured"], "systolic-pressure": "149 mm[Hg]"})
    other = told(smoking="never-smoker")
    assert one[0] == lower[0] and one[1] != lower[1]
    assert other[0] != one[0]
