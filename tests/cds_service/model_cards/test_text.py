"""A card at a terminal, with runs and a site's report."""

from __future__ import annotations

import json

from cds_service.model_cards.local_reports import read_report
from cds_service.model_cards.text import attributes_text, listing_text
from cds_service.model_cards.views import card
from tests.support.sample_cards import MODEL, run, with_sample


def test_runs_groups_and_reports_are_told() -> None:
    knowledge = with_sample(run())
    report = {"model": MODEL, "site": "north", "made": "2026-11-20", "people": 812, "metrics": {"o_e": 1.1}, "groups": run()["groups"]}
    lines = attributes_text(card(knowledge.models[MODEL], knowledge, (), (read_report(json.dumps(report), "a.json"),))).splitlines()
    assert "Run sample-later (external, 2026-11-27, made-up survey, 907 rows)" in lines
    assert "  auroc 0.811 (0.790 to 0.832)" in lines
    assert "    female (500 people): auroc 0.820 (0.780 to 0.860)" in lines
    assert "    other: fewer than 11 people" in lines
    assert "Measured at north on 2026-11-20 (812 people)" in lines
    assert "    male: left out, or a smaller group could be worked out from the rest" in lines


def test_no_models_are_no_lines() -> None:
    assert listing_text({"models": []}) == ""
