"""What recorded runs and a site's reports say by themselves, in words, where the author of a card wrote nothing. No figure is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from cds_service.model_cards.figures import counted, enough, said, spread
from cds_service.model_cards.local_reports import LocalReport
from models.knowledge.card_types import NOT_MEASURED, Evaluation, Metrics

Runs = Mapping[Literal["internal", "external"], tuple[Evaluation, ...]]  #: of one model
Told = tuple[str, tuple[str, ...]]  #: the text, and the runs or sites that its figures come from


def of_runs(key: str, runs: Runs, headlines: Sequence[str]) -> Told:
    """`headlines`: the figures that are told here; the card's tables have them all."""
    if key not in _OF_RUNS:
        return NOT_MEASURED, ()
    role, tell = _OF_RUNS[key]
    return _joined([(run.id, tell(run, headlines)) for run in runs[role]])


def of_sites(key: str, reports: Sequence[LocalReport]) -> Told:
    return _joined([(report.site, _OF_SITES[key](report)) for report in reports])


def _joined(told: Sequence[tuple[str, str]]) -> Told:
    said_by = [(source, text) for source, text in told if text]
    return " ".join(text for _, text in said_by) or NOT_MEASURED, tuple(source for source, _ in said_by)


def _validity(run: Evaluation, headlines: Sequence[str]) -> str:
    figures = _figures(run.metrics, headlines)
    return f"{run.data.name}: {figures} (run {run.id} of {run.made})." if figures else ""


def _figures(metrics: Metrics, names: Sequence[str]) -> str:
    return ", ".join(f"{name} {said(metrics[name])}" for name in names if name in metrics and enough(metrics[name]))


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


_OF_RUNS: Mapping[str, tuple[Literal["internal", "external"], Callable[[Evaluation, Sequence[str]], str]]] = {
    "internal-validity": ("internal", _validity),
    "internal-fairness": ("internal", _fairness),
    "external-validity": ("external", _validity),
    "external-fairness": ("external", _fairness),
    "external-representativeness": ("external", _represented),
    "external-data": ("external", _data),
    "external-process": ("external", _process),
}


def _local_validity(report: LocalReport) -> str:
    figures = _figures(report.metrics, tuple(report.metrics))
    people = "" if report.people is None else f", {report.people:,} people"
    events = "" if report.events is None else f", {report.events:,} events"
    return f"{report.site}, {report.made}{people}{events}: {figures}." if figures else ""


def _local_fairness(report: LocalReport) -> str:
    names = tuple(dict.fromkeys(name for values in report.groups.values() for metrics in values.values() for name in metrics))
    text = spread(report.groups, names, complementary=True)
    return f"{report.site}: {text}." if text else ""


_OF_SITES: Mapping[str, Callable[[LocalReport], str]] = {"local-validity": _local_validity, "local-fairness": _local_fairness}
