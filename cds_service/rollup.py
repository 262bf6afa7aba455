"""Several findings in one card: info beyond a cap (critical and warning are never capped), or all of a service that speaks once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from cds_service.finding_extension import finding_extension
from cds_service.messages import Messages
from cds_service.remembered import card_id
from cds_service.test_patients import NOTE
from cds_service.words import advice, escaped, joined, label, result, site_lines, starred
from models.finding import Finding, GeneEvidence

LONGEST_SUMMARY = 139
TOPICS = "urn:precision-hooks:topic"


def capped(findings: Sequence[Finding], most_info: int) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(those that get a card of their own, those for the roll-up), each in their order."""
    own: list[Finding] = []
    rest: list[Finding] = []
    info = 0
    for finding in findings:
        info += finding.urgency == "info"
        (rest if finding.urgency == "info" and info > most_info else own).append(finding)
    return tuple(own), tuple(rest)


def rollup_card(
    rest: Sequence[Finding],
    instance: str,
    service: str,
    knowledge: str,
    words: Messages,
    *,
    review: bool = False,
    width: int = LONGEST_SUMMARY,
) -> dict[str, Any]:
    """One card that names drug and action of each; no suggestion, since each is a decision of its own.

    `review`: the findings are on medicines that are taken, not ordered, and the loudest gives the card its indicator.
    """
    topic = hashlib.sha256("\x1f".join(sorted(finding.topic for finding in rest)).encode()).hexdigest()[:24]
    evidence = list(dict.fromkeys(e for finding in rest for e in finding.evidence))
    return {
        "uuid": str(card_id(instance, service, topic)),
        "summary": summary(rest, words, review=review, width=width),
        "detail": "\n\n".join(
            [*_marks(rest, words), words.text("review-why" if review else "rollup-why"), *(_line(f, words) for f in rest)]
        ),
        "indicator": rest[0].urgency if review else "info",
        "source": {
            "label": f"{evidence[0].label}, {evidence[0].version}",
            "url": evidence[0].url,
            "topic": {"system": TOPICS, "code": topic, "display": words.text("review-topic" if review else "rollup-topic")},
        },
        "links": [{"label": words.text("link", label=e.label, version=e.version), "url": e.url, "type": "absolute"} for e in evidence],
        "extension": {
            "org.precision-hooks.finding": finding_extension(rest[0], knowledge)
            | {"topic": topic, "rolledUp": [finding_extension(finding, knowledge) for finding in rest]}
        },
    }


def _marks(rest: Sequence[Finding], words: Messages) -> list[str]:
    return [words.text(f"note-{NOTE}")] if any(NOTE in finding.notes for finding in rest) else []


def summary(rest: Sequence[Finding], words: Messages, *, review: bool = False, width: int = LONGEST_SUMMARY) -> str:
    """The drugs as far as `width` allows; their number always."""
    drugs = list(dict.fromkeys(finding.drug.name for finding in rest))
    if review:
        named = words.text("review", drugs=joined(drugs, words.text("and")))
        return named if len(named) <= width else words.text("review-short", count=str(len(drugs)))
    count = words.text("rollup-one") if len(rest) == 1 else words.text("rollup-count", count=str(len(rest)))
    named = words.text("rollup", notes=count, drugs=joined(drugs, words.text("and")))
    return named if len(named) <= width else words.text("rollup-short", notes=count)


def _line(finding: Finding, words: Messages) -> str:
    do = advice(finding, finding.recommendations[0], words).do
    genes = joined([_result(gene, words) for gene in finding.genes], words.text("and"))
    told = words.text("rollup-line", drug=finding.drug.name, do=starred(do) + (f" – {genes}" if genes else ""))
    return " ".join((told, *site_lines(finding, words)))


def _result(gene: GeneEvidence, words: Messages) -> str:
    """The result and its date: a card may be read long after it was made."""
    if gene.missing:
        return escaped(label(gene))
    named = escaped(f"{label(gene)} {result(gene)}".strip())
    return words.text("rollup-dated", result=named, date=escaped(gene.as_of)) if gene.as_of else named
