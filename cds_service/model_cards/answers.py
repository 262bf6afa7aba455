"""The answer to every attribute of a model: from its file, common answers, recorded runs and a site's reports. No figure is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cds_service.model_cards.figures import FEW, as_json, counted, enough, hidden, of_groups, said, spread
from cds_service.model_cards.local_reports import LocalReport
from cds_service.model_cards.spec_words import spec_answers
from models.knowledge.card_references import Reference, filled, references
from models.knowledge.card_types import NOT_KNOWN, NOT_MEASURED, Evaluation, ModelCard, Published
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


@dataclass(frozen=True, slots=True)
class Runs:
    """A model's recorded runs: on data of the source that it was trained on, and on other data."""

    internal: tuple[Evaluation, ...]
    external: tuple[Evaluation, ...]


def card_of(model: Model, knowledge: Knowledge) -> ModelCard:
    """A model without a card file answers what its own file and the common answers say."""
    return knowledge.cards.by_model.get(model.id, ModelCard(model.id))


def runs_of(model: Model, knowledge: Knowledge) -> Runs:
    """Where the card does not say, a run of a published equation is external, one of a model that was trained here is internal."""
    card = card_of(model, knowledge)
    runs = [run for run in knowledge.evaluations.values() if run.model == model.id]
    usual = card.runs or ("internal" if model.derived else "external")
    internal = {run.id for run in runs if run.id in card.internal or (usual == "internal" and run.id not in card.external)}
    return Runs(tuple(r for r in runs if r.id in internal), tuple(r for r in runs if r.id not in internal))


def answers(model: Model, knowledge: Knowledge, reports: Sequence[LocalReport] = ()) -> Mapping[str, Answer]:
    """By key, for every attribute that there is."""
    card, runs = card_of(model, knowledge), runs_of(model, knowledge)
    spec = spec_answers(model, knowledge)
    cards = knowledge.cards
    written = {**cards.common, **(cards.trained if model.derived else cards.published), **model.card.attributes, **card.attributes}
    found = {}
    for key, attribute in cards.attributes.items():
        value, ids = NOT_KNOWN, tuple[str, ...]()
        if key in spec:
            value = spec[key]
        elif key == _PARTY and not runs.external:
            value = NOT_MEASURED
        elif key in written:
            value, ids = _written(written[key], knowledge)
        elif attribute.origin == "site":
            value, ids = _SITE[key](reports)
        elif attribute.origin in ("measured", "runs"):
            value, ids = _recorded(key, runs, knowledge.cards.headlines)
        published = tuple(entry for entry in card.published if entry.attribute == key)
        found[key] = Answer(key, attribute.title, value, ids, published)
    return found


def _written(text: str, knowledge: Knowledge) -> tuple[str, tuple[str, ...]]:
    cited = dict.fromkeys(reference.run for _, reference in references(text) if reference is not None)
    return filled(text, lambda reference: _figure(reference, knowledge.evaluations)), tuple(cited)


def _figure(reference: Reference, runs: Mapping[str, Evaluation]) -> str:
    """`card_check` has seen to it that it is there."""
    run = runs[reference.run]
    if not reference.by:
        metric = run.metrics[reference.metric]
        return said(metric) if enough(metric) else FEW
    groups = run.groups[reference.by]
    if not reference.value:
        return of_groups(groups, reference.metric)
    return hidden(groups).get(reference.value) or said(groups[reference.value][reference.metric])


def _recorded(key: str, runs: Runs, headlines: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """What the runs say by themselves, where the card's author wrote nothing."""
    of, tell = _RECORDED.get(key, (None, None))
    if of is None or tell is None:
        return NOT_MEASURED, ()
    told = [(run.id, text) for run in of(runs) for text in [tell(run, headlines)] if text]
    return " ".join(text for _, text in told) or NOT_MEASURED, tuple(run for run, _ in told)


def _validity(run: Evaluation, headlines: Sequence[str]) -> str:
    figures = ", ".join(f"{name} {said(run.metrics[name])}" for name in headlines if name in run.metrics and enough(run.metrics[name]))
    return f"{run.data.name}: {figures} (run {run.id} of {run.made})." if figures else ""


def _fairness(run: Evaluation, headlines: Sequence[str]) -> str:
    text = spread(run.groups, headlines)
    return f"{run.data.name}: {text} (run {run.id} of {run.made}; people and intervals are in the card's tables)." if text else ""


def _represented(run: Evaluation, headlines: Sequence[str]) -> str:
    return f"{run.data.name}: {counted(run.groups)}." if run.groups else ""


def _data(run: Evaluation, headlines: Sequence[str]) -> str:
    return f"{run.data.name}: {run.data.rows:,} rows, sha256 {run.data.sha256}, evaluated on {run.made} (run {run.id})."


def _process(run: Evaluation, headlines: Sequence[str]) -> str:
    software = ", ".join(f"{name} {version}" for name, version in run.software.items())
    seed = "" if run.seed is None else f" with the seed {run.seed}"
    return f"Run {run.id}: {run.command}{seed}; {software}."


_INTERNAL: Callable[[Runs], tuple[Evaluation, ...]] = lambda runs: runs.internal  # noqa: E731 - a table reads best in one place
_EXTERNAL: Callable[[Runs], tuple[Evaluation, ...]] = lambda runs: runs.external  # noqa: E731
_RECORDED: Mapping[str, tuple[Callable[[Runs], tuple[Evaluation, ...]], Callable[[Evaluation, Sequence[str]], str]]] = {
    "internal-validity": (_INTERNAL, _validity),
    "internal-fairness": (_INTERNAL, _fairness),
    "external-validity": (_EXTERNAL, _validity),
    "external-fairness": (_EXTERNAL, _fairness),
    "external-representativeness": (_EXTERNAL, _represented),
    "external-data": (_EXTERNAL, _data),
    "external-process": (_EXTERNAL, _process),
}


def _local_validity(reports: Sequence[LocalReport]) -> tuple[str, tuple[str, ...]]:
    told = [(report.site, _local(report)) for report in reports if as_json(report.metrics)]
    return " ".join(text for _, text in told) or NOT_MEASURED, tuple(site for site, _ in told)


def _local(report: LocalReport) -> str:
    figures = ", ".join(f"{name} {said(metric)}" for name, metric in report.metrics.items() if enough(metric))
    people = "" if report.people is None else f", {report.people:,} people"
    events = "" if report.events is None else f", {report.events:,} events"
    return f"{report.site}, {report.made}{people}{events}: {figures}."


def _local_fairness(reports: Sequence[LocalReport]) -> tuple[str, tuple[str, ...]]:
    told = [(report.site, text) for report in reports for text in [spread(report.groups, _all_of(report), complementary=True)] if text]
    return " ".join(f"{site}: {text}." for site, text in told) or NOT_MEASURED, tuple(site for site, _ in told)


def _all_of(report: LocalReport) -> Sequence[str]:
    """Names of every figure of its groups, in their order."""
    return tuple(dict.fromkeys(name for values in report.groups.values() for metrics in values.values() for name in metrics))


_SITE: Mapping[str, Callable[[Sequence[LocalReport]], tuple[str, tuple[str, ...]]]] = {
    "local-validity": _local_validity,
    "local-fairness": _local_fairness,
}
