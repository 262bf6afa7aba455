"""The JSON of GET /models, /models/{id} and /models/{id}/source-attributes. Members without a value are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds_service.model_cards.answers import Answer, answers, card_of, runs_of
from cds_service.model_cards.figures import as_json, subgroups
from cds_service.model_cards.local_reports import LocalReport
from cds_service.model_cards.spec_words import horizons, label_of
from cds_service.service import Service
from models.knowledge.calibration_types import Calibration
from models.knowledge.card_types import FEWEST, Evaluation, Published
from models.knowledge.model_digest import digest_of
from models.knowledge.model_types import Model, ModelInput
from models.knowledge.types import Knowledge

Json = dict[str, Any]


def listing(knowledge: Knowledge, services: Sequence[Service], base: str = "") -> Json:
    """Every model by id, with what it tells, where its card is, and which services tell its numbers."""
    models = [_summary(model, knowledge, services, base) for _, model in sorted(knowledge.models.items())]
    return {"models": models, "knowledge": knowledge.digest}


def card(model: Model, knowledge: Knowledge, services: Sequence[Service], reports: Sequence[LocalReport] = (), base: str = "") -> Json:
    """The whole card: what the model is, for whom, what was recorded of it, and every attribute."""
    found, runs = answers(model, knowledge, reports), runs_of(model, knowledge)
    return {
        **_summary(model, knowledge, services, base),
        "knowledge": knowledge.digest,
        "population": model.population,
        "output": {"what": model.output.what, "unit": model.output.unit, "low": model.output.low, "high": model.output.high},
        "inputs": [_input(asked, knowledge) for asked in model.inputs.values()],
        "refuses": [{"input": name, "label": label_of(name, knowledge), "why": why} for name, why in model.refuses.items()],
        "formulas": len(model.formulas),
        "form": model.form,
        "source": _source(model),
        **_said({"rights": model.rights, "testVectors": model.vectors}),
        "trainedHere": model.derived,
        "limitations": found["risks"].value if "risks" in found else "",
        "evaluations": [_run(run, role) for role, several in runs.items() for run in several],
        "observed": list(_observed(model)),
        "local": [_local(report) for report in reports],
        "calibrations": [_calibration(c) for (of, _), c in sorted(knowledge.calibrations.items()) if of == model.id],
        "published": [_published(entry) for entry in card_of(model, knowledge).published],
        "sourceAttributes": _attributes(model, knowledge, found),
        "tripodAi": _tripod(knowledge, found),
    }


def source_attributes(model: Model, knowledge: Knowledge, reports: Sequence[LocalReport] = ()) -> Json:
    """The 31 or 13 attributes in their order."""
    found = answers(model, knowledge, reports)
    kind = card_of(model, knowledge).kind
    return {
        "model": model.id,
        "label": model.label,
        "kind": kind,
        "knowledge": knowledge.digest,
        "attributes": _attributes(model, knowledge, found),
    }


def _summary(model: Model, knowledge: Knowledge, services: Sequence[Service], base: str) -> Json:
    here = f"{base}/models/{model.id}"
    return {
        "id": model.id,
        "label": model.label,
        "kind": card_of(model, knowledge).kind,
        "version": model.source.version,
        "digest": digest_of(model),
        "outcomes": [{"outcome": outcome, "horizonYears": list(years)} for outcome, years in horizons(model).items()],
        "usedBy": [service.id for service in services if model.id in _used(service, knowledge)],
        "links": {"card": here, "sourceAttributes": f"{here}/source-attributes", "source": model.source.url},
    }


def _used(service: Service, knowledge: Knowledge) -> set[str]:
    """Those that it asks, and those that work out an input of these."""
    asked = set(service.models(knowledge))
    names = {name for one in asked for name in knowledge.models[one].inputs}
    return asked | {knowledge.inputs[name].model for name in names if name in knowledge.inputs}


def _input(asked: ModelInput, knowledge: Knowledge) -> Json:
    return {
        "name": asked.name,
        "label": label_of(asked.name, knowledge),
        "kind": asked.kind,
        "required": asked.required,
        "reference": asked.reference,
        **_said({"unit": asked.unit, "low": asked.low, "high": asked.high, "choices": list(asked.choices), "monotone": asked.monotone}),
        **_said({"changeTo": asked.change_to}),
    }


def _said(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value is not None and value != "" and value != []}


def _source(model: Model) -> Json:
    source = model.source
    members = {"body": source.body, "version": source.version, "date": source.date, "url": source.url, "retrieved": source.retrieved}
    return _said({**members, "data": source.data, "note": source.note})


def _run(run: Evaluation, role: str) -> Json:
    return {
        "run": run.id,
        "role": role,
        "made": run.made,
        "command": run.command,
        **_said({"seed": run.seed, "note": run.note, "modelDigest": run.model_digest}),
        "data": {"name": run.data.name, "sha256": run.data.sha256, "rows": run.data.rows},
        "software": dict(run.software),
        "figures": as_json(run.metrics),
        "subgroups": subgroups(run.groups),
    }


def _observed(model: Model) -> Sequence[Json]:
    """Of people with such a prediction in a recorded run, the part with the outcome, as an exact interval."""
    return [
        {"formula": f.id, "from": b.low, "below": b.high, "people": b.people, "observedLow": b.lower, "observedHigh": b.upper}
        for f in model.formulas
        for b in f.bands
        if b.people >= FEWEST
    ]


def _local(report: LocalReport) -> Json:
    return {
        "site": report.site,
        "made": report.made,
        **_said({"people": report.people, "events": report.events}),
        "figures": as_json(report.metrics),
        "subgroups": subgroups(report.groups, complementary=True),
    }


def _calibration(found: Calibration) -> Json:
    """A site's own record that is in force: it changes the numbers that cards tell there."""
    members = {"site": found.site, "intercept": found.intercept, "slope": found.slope, "people": found.people, "events": found.events}
    return _said({"formula": found.formula}) | members | {"version": found.version}


def _published(entry: Published) -> Json:
    return {
        "attribute": entry.attribute,
        "what": entry.what,
        "value": entry.value,
        "citation": entry.citation,
        "url": entry.url,
        "sourceRead": entry.read,
    }


def _attributes(model: Model, knowledge: Knowledge, found: Mapping[str, Answer]) -> list[Json]:
    cards = knowledge.cards
    if card_of(model, knowledge).kind == "evidence-based":
        return [_attribute(found[key], "Evidence-based") for key in cards.evidence_based]
    return [_attribute(found[key], group.title) for group in cards.predictive for key in group.keys]


def _attribute(answer: Answer, group: str) -> Json:
    return {
        "group": group,
        "key": answer.key,
        "attribute": answer.title,
        "value": answer.value,
        "measured": answer.measured,
        **_said({"runs": list(answer.runs), "published": [_published(entry) for entry in answer.published]}),
    }


def _tripod(knowledge: Knowledge, found: Mapping[str, Answer]) -> list[Json]:
    return [
        {
            "item": item.item,
            "title": item.title,
            "answers": [{"attribute": found[key].title, "key": key, "value": found[key].value} for key in item.keys],
        }
        for item in knowledge.cards.tripod
    ]
