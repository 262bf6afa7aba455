"""Whether cards agree with models and recorded runs: every figure comes from a run that is there, every key is known. Not their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from models.knowledge.card_references import Reference, references, without
from models.knowledge.card_types import NOT_MEASURED, Attribute, Cards, Evaluation, ModelCard
from models.knowledge.model_digest import digest_of
from models.knowledge.model_types import Model
from models.knowledge.source_check import text_faults
from models.knowledge.types import Knowledge

PERSONAL = ("age", "sex", "ancestry", "ethnicity")  #: origins of inputs
LONGEST = 2000  #: characters of one answer
WRITTEN = ("common", "own", "measured", "runs")  #: origins whose value a file may hold; of the others it is worked out
#: words for results. Beside one of them a digit in any attribute is a figure, and must come from a run
_RESULT = re.compile(
    r"\b(?:auroc|auprc|auc|c[- ]statistics?|c[- ]index|concordance|sensitivity|specificity|brier|ece|mae|absolute error"
    r"|observed/expected|o/e|calibration slope|predictive value|net benefit)\b",
    re.IGNORECASE,
)


def card_faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault found, one sentence each, naming the file and the key."""
    cards = knowledge.cards
    for name, answers in (("common", cards.common), ("published", cards.published), ("trained", cards.trained)):
        yield from _answer_faults(answers, cards, None, knowledge, f"cards/common.toml: {name}")
    for card in cards.by_model.values():
        where = f"cards/{card.model}.toml"
        yield from _answer_faults(card.attributes, cards, card.model, knowledge, f"{where}: attributes")
        yield from _published_faults(card, cards, where)
        yield from _role_faults(card, knowledge.evaluations, where)
    for model in knowledge.models.values():
        yield from _model_faults(model, knowledge)
    measured = {run.model for run in knowledge.evaluations.values() if run.model_digest}
    digests = {name: digest_of(model) for name, model in knowledge.models.items() if name in measured}  # of many runs one model: once
    for run in knowledge.evaluations.values():
        yield from _run_faults(run, knowledge.models, digests)
    if cards.uses:
        yield from _use_faults(knowledge)


def _use_faults(knowledge: Knowledge) -> Iterator[str]:
    """An input that tells who somebody is must be declared as such, or cards would say that models do not use it."""
    declared = {name for use in knowledge.cards.uses for name in use.inputs}
    for name, source in knowledge.inputs.items():
        if source.origin in PERSONAL and name not in declared:
            yield f"inputs/: '{name}' is read from a person's {source.origin}, but no [[use]] of cards/schema.toml names it; add it there"


def _model_faults(model: Model, knowledge: Knowledge) -> Iterator[str]:
    """Of what the model's own file says of its card."""
    where = f"models/{model.id}.toml"
    yield from _answer_faults(model.card.attributes, knowledge.cards, model.id, knowledge, f"{where}: card.attributes")
    card = knowledge.cards.by_model.get(model.id, ModelCard(model.id))
    for key in sorted(model.card.attributes.keys() & card.attributes.keys()):
        yield f"{where}: card.attributes.{key} is also in cards/{model.id}.toml; keep one"
    for run in model.card.runs:
        if run not in knowledge.evaluations:
            yield f"{where}: card.runs names '{run}', which is not in evaluations/; record it or correct the name"
    runs = [run for run in knowledge.evaluations.values() if run.model == model.id]
    if not runs and any(formula.bands for formula in model.formulas):
        yield f"{where}: has bands of what was observed, but evaluations/ has no run of this model; record it, or remove the bands"


def _answer_faults(answers: Mapping[str, str], cards: Cards, model: str | None, knowledge: Knowledge, where: str) -> Iterator[str]:
    for key, text in answers.items():
        attribute = cards.attributes.get(key)
        if attribute is None:
            yield f"{where}.{key} is no attribute of cards/schema.toml; correct the key"
            continue
        if attribute.origin not in WRITTEN:
            yield f"{where}.{key} is worked out ({attribute.origin}) and never written; remove it"
        if not text.strip():
            yield f"{where}.{key} is empty; write it, or leave it out"
        yield from text_faults(text, f"{where}.{key}", LONGEST)
        yield from _reference_faults(text, model, knowledge, f"{where}.{key}")
        yield from _figure_faults(text, attribute, f"{where}.{key}")


def _figure_faults(text: str, attribute: Attribute, where: str) -> Iterator[str]:
    """A figure that no run stands behind."""
    written = without(text)
    figures = any(character.isdigit() for character in written)
    if attribute.origin == "measured" and figures:
        yield f"{where} holds a figure that no recorded run stands behind; write {{run:metric}}, or a [[published]] entry with its citation"
    elif figures and _RESULT.search(written):
        yield f"{where} tells a result with a figure of its own; results come from recorded runs, so write {{run:metric}} or [[published]]"
    if attribute.origin == "measured" and written == text and text.strip() != NOT_MEASURED:
        yield f"{where} is to be measured and cites no recorded run; cite one, or leave it out and it says '{NOT_MEASURED}'"


def _reference_faults(text: str, model: str | None, knowledge: Knowledge, where: str) -> Iterator[str]:
    for written, reference in references(text):
        if reference is None:
            yield f"{where}: {written} is no reference; write {{run:metric}}, {{run:metric@group}} or {{run:metric@group=value}}"
        elif (run := knowledge.evaluations.get(reference.run)) is None:
            yield f"{where}: the run '{reference.run}' is not in evaluations/; record it or correct the name"
        elif run.model != model:
            yield f"{where}: the run '{run.id}' is of '{run.model}'; a card cites runs of its own model"
        elif not _has(run, reference):
            yield f"{where}: the run '{run.id}' has no {written}; correct the name of the metric or the group"


def _has(run: Evaluation, reference: Reference) -> bool:
    if not reference.by:
        return reference.metric in run.metrics
    groups = run.groups.get(reference.by, {})
    if reference.value:
        return reference.metric in groups.get(reference.value, {})
    return any(reference.metric in metrics for metrics in groups.values())


def _published_faults(card: ModelCard, cards: Cards, where: str) -> Iterator[str]:
    for number, entry in enumerate(card.published, 1):
        place = f"{where}: published[{number}]"
        attribute = cards.attributes.get(entry.attribute)
        if attribute is None or attribute.origin != "measured":
            yield f"{place}.attribute '{entry.attribute}' is no attribute that is measured; correct it"
        if not entry.url.startswith("https://"):
            yield f"{place}.url is no https address; who reads the figure must be able to look it up"
        for name in ("what", "value", "citation", "url"):
            yield from text_faults(getattr(entry, name), f"{place}.{name}")


def _role_faults(card: ModelCard, runs: Mapping[str, Evaluation], where: str) -> Iterator[str]:
    for name in (*card.internal, *card.external):
        if name not in runs or runs[name].model != card.model:
            yield f"{where}: card names the run '{name}', which is no run of this model in evaluations/; correct it"
    for name in sorted(set(card.internal) & set(card.external)):
        yield f"{where}: the run '{name}' cannot be both internal and external; keep one"


def _run_faults(run: Evaluation, models: Mapping[str, Model], digests: Mapping[str, str]) -> Iterator[str]:
    where = f"evaluations/{run.id}.json"
    if run.model not in models:
        yield f"{where}: is of the model '{run.model}', which is not in models/; correct it, or remove the run"
    elif run.model_digest and run.model_digest != (now := digests[run.model]):
        yield f"{where}: was recorded with another '{run.model}' ({run.model_digest}; it is {now} now); run its command again"
    for name, metric in run.metrics.items():
        if metric.low is not None and metric.high is not None and metric.low > metric.high:
            yield f"{where}: the interval of metrics.{name} ends before it begins; record the run anew"
