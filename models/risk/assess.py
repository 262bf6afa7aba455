"""One risk, one patient: a finding, silence, or gaps. What is unread is told; what is below the threshold is silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.estimates import Estimate
from models.features.model_inputs import NO, YES
from models.finding import Action, Assessment, Checked, Drug, Evidence, Finding, Recommendation, Remark
from models.knowledge.risk_types import Asked, ReadOf, Threshold
from models.knowledge.source_block import Source
from models.patient import Gap
from models.prediction.contract import Prediction
from models.risk.modifiers import Holds, modifiers
from models.risk.question import RiskQuestion
from models.risk.sayings import explanation, inputs_used, remarks, told

UNREAD: dict[ReadOf, str] = {"partly": "risk-source-partly-read", "no": "risk-source-unread"}


def assess_risk(q: RiskQuestion) -> Assessment:
    """Raises nothing of its own: a broken model is the caller's to isolate."""
    if (quiet := _not_asked(q)) is not None:
        return quiet
    holding, gaps = modifiers(q)
    replacing = next((h for h in holding if h.modifier.effect == "replaces"), None)
    if replacing is not None:
        return Assessment((_replaced(q, replacing),), gaps, (_checked(q, "fired", replacing.modifier.label),))
    unanswered: list[Gap] = []
    for asked in q.risk.asked:
        found = q.answer(asked)
        if isinstance(found, Prediction):
            return _by_number(q, asked, found, holding, gaps)
        unanswered += found
    every = tuple(dict.fromkeys((*gaps, *unanswered)))
    return Assessment((), every, (_checked(q, every[0].reason, "no model could be worked out"),))


def _not_asked(q: RiskQuestion) -> Assessment | None:
    """For whom the question does not arise; where that is not known, neither is the answer."""
    if q.risk.sex and q.profile.sex in ("female", "male") and q.profile.sex != q.risk.sex:
        return Assessment(checked=(_checked(q, "silent", "the question is not asked of this sex"),))
    unknown = []
    flags = [(name, YES, why) for name, why in q.risk.not_with.items()] + [(name, NO, why) for name, why in q.risk.only_with.items()]
    for name, ends, why in flags:
        if q.values.get(name) == ends:
            return Assessment(checked=(_checked(q, "silent", why),))
        unknown += [q.gap(name)]
    for name, (low, below) in q.risk.only_within.items():
        value = q.values.get(name)
        if isinstance(value, float) and not low <= value < below:
            return Assessment(checked=(_checked(q, "silent", f"the {q.label(name)} is outside what the rule is for"),))
        unknown += [q.gap(name)] if value is None else []
    for name, days in q.risk.known_by.items():
        if q.measured_within(name, days):
            return Assessment(checked=(_checked(q, "silent", f"{q.knowledge.clinical[name].label} was measured lately"),))
    gaps = tuple(gap for gap in unknown if gap is not None)
    return Assessment((), gaps, (_checked(q, gaps[0].reason, gaps[0].because),)) if gaps else None


def _by_number(q: RiskQuestion, asked: Asked, found: Prediction, holding: Sequence[Holds], gaps: tuple[Gap, ...]) -> Assessment:
    raised = any(h.modifier.effect == "raises" for h in holding)
    for mark in q.risk.thresholds:
        own, number = _of(mark, q, asked, found)
        if number is not None and number.value >= mark.at_least and (raised or not mark.if_raised):
            return Assessment((_finding(q, own, number, mark, holding),), gaps, (_checked(q, "fired", mark.message),))
    return Assessment((), gaps, (_checked(q, "silent", "below the threshold"),))


def _of(mark: Threshold, q: RiskQuestion, asked: Asked, found: Prediction) -> tuple[Asked, Prediction | None]:
    """The answer that a threshold is about."""
    if mark.horizon_years is None:
        return asked, found
    other = next(a for a in q.risk.also if a.horizon_years == mark.horizon_years)
    number = q.answer(other)
    return other, number if isinstance(number, Prediction) else None


def _finding(q: RiskQuestion, asked: Asked, found: Prediction, reached: Threshold, holding: Sequence[Holds]) -> Finding:
    model = q.knowledge.models[asked.model]
    parts = {
        "risk": told(q, asked, found.value),
        "what": asked.label,
        "years": f"{found.horizon_years:g}" if found.horizon_years is not None else "",
        "threshold": told(q, asked, reached.at_least),
        "model": model.label,
        "body": q.risk.source.body,
    }
    raising = [h for h in holding if h.modifier.effect == "raises"]
    origins = [Evidence(model.label, model.source.version, model.source.url), *(_evidence(h.modifier.source, "") for h in raising)]
    return Finding(
        kind="risk",
        urgency=reached.urgency,
        drug=Drug(q.risk.label, ""),
        genes=tuple(g for h in raising for g in h.genes),
        recommendations=(_said(q, reached.action, reached.classification, reached.message, parts, derived=reached.derived),),
        evidence=(_evidence(q.risk.source, q.risk.label), *origins),
        notes=("risk-threshold-ours",) if reached.derived else (),
        remarks=(*_also(q, asked), *_raised(raising), *remarks(q, asked, found), *_unread(q.risk.read, q.risk.source)),
        gaps=q.left_out(asked, found),
        tests=reached.orders,
        estimate=Estimate(found.value, found.unit, found.low, found.high, 0.95 if found.low is not None else None),
        inputs=inputs_used(q, asked, found),
        outcome=asked.outcome,
        horizon_years=found.horizon_years,
        explanation=explanation(q, asked, found),
    )


def _replaced(q: RiskQuestion, holds: Holds) -> Finding:
    """No number: it would be that of people who have not what this patient has."""
    modifier = holds.modifier
    said = _said(q, modifier.action, modifier.classification, modifier.message, {"what": q.risk.label, "because": modifier.label})
    return Finding(
        kind="risk",
        urgency=modifier.urgency,
        drug=Drug(q.risk.label, ""),
        genes=holds.genes,
        recommendations=(said,),
        evidence=(_evidence(modifier.source, modifier.label),),
        remarks=(Remark("risk-replaced", (("because", modifier.label),)), *_unread(modifier.read, modifier.source)),
        tests=modifier.orders,
        condition=modifier.label,
    )


def _said(
    q: RiskQuestion, action: Action, classification: str, message: str, parts: dict[str, str], *, derived: bool = False
) -> Recommendation:
    return Recommendation(q.risk.source.body, classification, (action,), q.risk.id, {}, message, parts, derived=derived)


def _also(q: RiskQuestion, told_already: Asked) -> Iterator[Remark]:
    for asked in (a for a in (*q.risk.asked[:1], *q.risk.also) if a != told_already):
        found = q.answer(asked)
        if isinstance(found, Prediction):
            years = f"{asked.horizon_years:g}" if asked.horizon_years is not None else ""
            yield Remark("risk-also", (("what", asked.label), ("years", years), ("risk", told(q, asked, found.value))))


def _raised(raising: Sequence[Holds]) -> Iterator[Remark]:
    for one in raising:
        yield Remark(one.modifier.message, (("label", one.modifier.label),))
        yield from _unread(one.modifier.read, one.modifier.source)


def _unread(read: ReadOf, source: Source) -> Iterator[Remark]:
    if read in UNREAD:
        yield Remark(UNREAD[read], (("source", f"{source.body}, {source.version}"),))


def _evidence(source: Source, about: str) -> Evidence:
    return Evidence(f"{source.body} {about}".strip(), source.version, source.url)


def _checked(q: RiskQuestion, outcome: str, because: str) -> Checked:
    return Checked(q.subject("risk"), outcome, because)
