"""The answer to every attribute of a model: from its file, its card, common answers, recorded runs or a site's reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cds_service.model_cards.figures import hidden, of_groups, told
from cds_service.model_cards.local_reports import LocalReport
from cds_service.model_cards.recorded import Runs, Told, of_runs, of_sites
from cds_service.model_cards.spec_words import spec_answers
from models.knowledge.card_references import Reference, filled, references
from models.knowledge.card_types import NOT_KNOWN, NOT_MEASURED, Attribute, Evaluation, ModelCard, Published
from models.knowledge.model_types import Model
from models.knowledge.types import Knowledge

_PARTY = "external-party"  #: who tested it on other data: nobody, where there is no such run


@dataclass(frozen=True, slots=True)
class Answer:
    """One attribute's value. `runs`: recorded runs that its figures come from; a site's report bears its site's name."""

    key: str
    title: str
    value: str
    runs: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()  #: of the literature, not measured here

    @property
    def measured(self) -> bool:
        return bool(self.runs)


def card_of(model: Model, knowledge: Knowledge) -> ModelCard:
    """A model without a card file answers what its own file and the common answers say."""
    return knowledge.cards.by_model.get(model.id, ModelCard(model.id))


def runs_of(model: Model, knowledge: Knowledge) -> Runs:
    """Where the card does not say, a run of a published equation is external, one of a model that was trained here is internal."""
    card = card_of(model, knowledge)
    runs = [run for run in knowledge.evaluations.values() if run.model == model.id]
    usual = card.runs or ("internal" if model.derived else "external")
    internal = {run.id for run in runs if run.id in card.internal or (usual == "internal" and run.id not in card.external)}
    return {"internal": tuple(r for r in runs if r.id in internal), "external": tuple(r for r in runs if r.id not in internal)}


def answers(model: Model, knowledge: Knowledge, reports: Sequence[LocalReport] = ()) -> Mapping[str, Answer]:
    """By key, for every attribute that there is."""
    card, runs, cards = card_of(model, knowledge), runs_of(model, knowledge), knowledge.cards
    typical = cards.trained if model.derived else cards.published
    written = {**cards.common, **typical, **model.card.attributes, **card.attributes}
    if not runs["external"]:
        written[_PARTY] = NOT_MEASURED
    spec = spec_answers(model, knowledge)

    def answer(attribute: Attribute) -> Told:
        if attribute.key in spec:
            return spec[attribute.key], ()
        if attribute.key in written:
            return _written(written[attribute.key], knowledge.evaluations)
        if attribute.origin == "site":
            return of_sites(attribute.key, reports)
        return of_runs(attribute.key, runs, cards.headlines) if attribute.origin in ("measured", "runs") else (NOT_KNOWN, ())

    return {
        key: Answer(key, attribute.title, *answer(attribute), tuple(entry for entry in card.published if entry.attribute == key))
        for key, attribute in cards.attributes.items()
    }


def _written(text: str, runs: Mapping[str, Evaluation]) -> Told:
    cited = dict.fromkeys(reference.run for _, reference in references(text) if reference is not None)
    return filled(text, lambda reference: _figure(reference, runs)), tuple(cited)


def _figure(reference: Reference, runs: Mapping[str, Evaluation]) -> str:
    """`card_check` has seen to it that it is there."""
    run = runs[reference.run]
    if not reference.by:
        return told(run.metrics[reference.metric])
    groups = run.groups[reference.by]
    if not reference.value:
        return of_groups(groups, reference.metric)
    return hidden(groups).get(reference.value) or told(groups[reference.value][reference.metric])
