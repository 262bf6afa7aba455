"""The words of a treatment plan card: therapies by tier, genes, trials, what is not tested. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from cds_service.messages import Messages
from cds_service.words import advice, escaped, joined, label, result, starred
from models.finding import Finding, Plan, Recommendation, Therapy, Trial

MOST_THERAPIES = 8  #: on one side; the rest stand in the extension
MOST_UNTESTED = 8
_SIDES = ("fits", "unsure", "against", "withdrawn", "elsewhere")
MOST_TRIALS = 5


def plan_summary(finding: Finding, plan: Plan, words: Messages, width: int) -> str:
    """How many fit, and the first of them as far as `width` allows."""
    tumour = finding.drug.name
    if not plan.fits:
        return words.text("plan-summary-none" if plan.against or plan.unsure else "plan-summary-nothing", tumour=tumour)
    count = str(len(plan.fits))
    names = list(dict.fromkeys(therapy.name for therapy in plan.fits))
    for most in range(len(names), 0, -1):
        several = "plan-summary" if len(plan.fits) > 1 else "plan-summary-one"
        told = words.text(several, tumour=tumour, count=count, medicines=joined(names[:most], words.text("and")))
        if len(told) <= width:
            return told
    return words.text("plan-summary-short", tumour=tumour, count=count)


def plan_lines(plan: Plan, words: Messages) -> list[str]:
    """One line for each therapy under its heading; what is empty is left out."""
    lines = []
    for name in _SIDES:
        if therapies := getattr(plan, name):
            lines.append("\n".join([words.text(f"plan-{name}"), *_therapies(therapies, words)]))
    if plan.genes:
        lines.append("\n".join([words.text("plan-genes"), *(_gene_line(found, words) for found in plan.genes)]))
    if plan.untested:
        more = len(plan.untested) - MOST_UNTESTED
        named = [*plan.untested[:MOST_UNTESTED], *([words.text("plan-more", count=str(more))] if more > 0 else [])]
        lines.append(words.text("plan-untested", biomarkers=", ".join(named)))
    if plan.trials:
        lines.append("\n".join([words.text("plan-trials"), *_trials(plan.trials, words)]))
    return [*lines, words.text("plan-limits")]


def _therapies(therapies: Sequence[Therapy], words: Messages) -> list[str]:
    return _counted([_therapy(therapy, words) for therapy in therapies], MOST_THERAPIES, words)


def _counted(lines: list[str], most: int, words: Messages) -> list[str]:
    """As many lines as a card can hold, and how many more there are."""
    more = len(lines) - most
    return [*lines[:most], "- " + words.text("plan-more", count=str(more))] if more > 0 else lines


def _therapy(therapy: Therapy, words: Messages) -> str:
    lead, *others = therapy.said
    told = words.text("plan-line", medicines=therapy.name, biomarkers=starred(lead.parts["biomarkers"]), source=_source(lead))
    setting = words.text("plan-setting", setting=settings(lead.parts["setting"], words)) if lead.parts["setting"] else ""
    beside = list(dict.fromkeys(_brief(r, lead) for r in others))
    also = words.text("plan-also", sources="; ".join(beside)) if beside else ""
    return "- " + " ".join(filter(None, (told, setting, also)))


def _source(said: Recommendation) -> str:
    return f"{said.source} {said.as_of}, {said.classification}"


def _brief(said: Recommendation, lead: Recommendation) -> str:
    return said.source if said.direction == lead.direction else f"{said.source} ({said.direction})"


def plan_sources(finding: Finding, words: Messages) -> str:
    """Every source in one line: the card must be whole without its links."""
    return words.text("plan-sources", sources=starred("; ".join(f"{e.label}, {e.version}" for e in finding.evidence)))


def settings(setting: str, words: Messages) -> str:
    """Stage and line in words: "after:platinum chemotherapy" → "after platinum chemotherapy"."""
    return ", ".join(_setting(token.strip(), words) for token in setting.split(";"))


def _setting(token: str, words: Messages) -> str:
    kind, colon, what = token.partition(":")
    return words.text(f"setting-{kind}", what=what) if colon else token.replace("-", " ")


def _gene_line(found: Finding, words: Messages) -> str:
    do = advice(found, found.recommendations[0], words).do
    genes = joined([escaped(f"{label(g)} {'' if g.missing else result(g)}".strip()) for g in found.genes], words.text("and"))
    return words.text("rollup-line", drug=found.drug.name, do=starred(do) + (f" – {genes}" if genes else ""))


def _trials(trials: Sequence[Trial], words: Messages) -> list[str]:
    return _counted([_trial(t.title, t.id, t.unknown, words) for t in trials], MOST_TRIALS, words)


def _trial(title: str, number: str, unknown: Sequence[str], words: Messages) -> str:
    open_ = words.text("plan-trial-unknown", criteria=escaped("; ".join(unknown))) if unknown else ""
    return "- " + " ".join(filter(None, (words.text("plan-trial", title=escaped(title), id=escaped(number)), open_)))
