"""Exports with something wrong in each patient: whatever it is, the run goes on, and every patient is counted once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cds_service.population.evaluation import Evaluation
from cds_service.population.people import BulkPeople
from cds_service.population.study import read_study
from models.knowledge.types import Knowledge
from tests.support.bulk import EVENT, STUDY, person
from tests.support.mutations import mutant

FEW, MANY = 150, 3_000


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_whatever_is_wrong_in_a_chart_the_run_goes_on(tmp_path: Path, knowledge: Knowledge, count: int) -> None:
    (tmp_path / "study.toml").write_text(STUDY + EVENT, "utf-8")
    study = read_study(tmp_path / "study.toml", knowledge)
    (tmp_path / "export").mkdir()
    lines: list[str] = []
    for number in range(count):
        changed = mutant(json.dumps(person(number).resources), f"bulk{number}").document
        lines += [json.dumps(resource) for resource in changed if isinstance(changed, list)]
    (tmp_path / "export" / "all.ndjson").write_text("\n".join(lines), "utf-8")
    assert study.event is not None
    model = knowledge.models["prevent"]
    people = BulkPeople(study, study.event, knowledge, model)
    export = people.export(tmp_path / "export")
    evaluation = Evaluation(study, model)
    evaluation.take(people.people(export, tmp_path))
    counted = sum(len(k.results.observed) for k in evaluation.kept.values()) + (evaluation.left + people.left).total()
    assert counted >= 0.9 * count
    assert sum(len(k.results.observed) for k in evaluation.kept.values()) >= 0.3 * count, "one fault does not spoil every chart"
