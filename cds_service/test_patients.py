"""Marks cards on patients who do not exist, so that nobody acts on one by mistake and no count takes it in."""

from __future__ import annotations

from dataclasses import replace

from models.finding import Assessment

NOTE = "test-data"  #: message id of the card's first note


def marked(found: Assessment, test: bool) -> Assessment:
    """`test`: something that was read bears the tag HTEST."""
    if not test:
        return found
    return replace(found, findings=tuple(replace(finding, notes=(NOTE, *finding.notes)) for finding in found.findings))
