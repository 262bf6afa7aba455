"""Recorded runs: what they must hold so that somebody else can repeat them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.errors import KnowledgeError
from models.knowledge.card_types import Metric
from models.knowledge.evaluation_files import read_evaluation, read_evaluations
from tests.support.sample_cards import Json, run

WHERE = "evaluations/sample-later.json"


def changed(**more: Any) -> Json:
    return run(**more)


def without(*path: str) -> Json:
    document = run()
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return document


def test_a_run_is_read() -> None:
    found = read_evaluation(json.dumps(run()), WHERE)
    assert found.metrics == {"auroc": Metric(0.8107, 0.79, 0.832, 907, 99), "ece": Metric(0.0071)}
    assert found.groups["sex"]["male"]["auroc"].people == 400
    assert (found.seed, found.data.rows, found.software["numpy"]) == (7, 907, "2.1")


def test_a_run_without_chance_says_so() -> None:
    assert read_evaluation(json.dumps(changed(seed=None)), WHERE).seed is None


def test_what_a_command_records_beyond_the_card_is_passed_over() -> None:
    read_evaluation(json.dumps(changed(notes_of_mine=[1, 2])), WHERE)


BROKEN: list[tuple[Callable[[], Json], str]] = [
    (lambda: without("model"), "has no model"),
    (lambda: without("command"), "has no command"),
    (lambda: without("seed"), "has no seed"),
    (lambda: without("data"), "has no data"),
    (lambda: without("data", "sha256"), "has no sha256"),
    (lambda: without("data", "rows"), "data.rows"),
    (lambda: without("software"), "has no software"),
    (lambda: without("made"), "has no made"),
    (lambda: without("metrics"), "has no metrics"),
    (lambda: changed(command=" "), "empty command"),
    (lambda: changed(software={}), "no software with versions"),
    (lambda: changed(software={"numpy": 2}), "no software with versions"),
    (lambda: changed(data={"name": "x", "sha256": "AB" * 32, "rows": 1}), "64 hexadecimal"),
    (lambda: changed(data={"name": "x", "sha256": "ab" * 32, "rows": 1.5}), "no number of things"),
    (lambda: changed(made="yesterday"), "no date"),
    (lambda: changed(seed="seven"), "no finite number"),
    (lambda: changed(metrics={}), "has no metrics"),
    (lambda: changed(metrics={"auroc": "good"}), "metrics.auroc"),
    (lambda: changed(metrics={"auroc": True}), "metrics.auroc"),
    (lambda: changed(metrics={"auroc": {"low": 0.1}}), "metrics.auroc.value"),
    (lambda: changed(metrics={"auroc": {"value": 0.8, "n": -1}}), "metrics.auroc.n"),
    (lambda: changed(metrics={"a=b": 1}), "no name that a card can refer to"),
    (lambda: changed(groups=[]), "must be groups"),
    (lambda: changed(groups={"sex": {"female": 0.8}}), "must be groups"),
    (lambda: changed(groups={"sex": {"female": {"auroc": None}}, "age": {"old": {"auroc": "x"}}}), "groups.age.old.auroc"),
]


@pytest.mark.parametrize(("make", "told"), BROKEN)
def test_what_cannot_be_repeated_is_refused(make: Callable[[], Json], told: str) -> None:
    with pytest.raises(KnowledgeError, match="sample-later") as refused:
        read_evaluation(json.dumps(make()), WHERE)
    assert told in str(refused.value)


@pytest.mark.parametrize(("text", "told"), [("{", "not JSON"), ("[]", "one object"), ('{"metrics": {"a": NaN}}', "has no data")])
def test_what_is_no_run_at_all(text: str, told: str) -> None:
    with pytest.raises(KnowledgeError, match=told):
        read_evaluation(text, WHERE)


def test_infinities_are_no_figures() -> None:
    with pytest.raises(KnowledgeError, match=r"metrics\.auroc is no finite number"):
        read_evaluation(json.dumps(changed(metrics={"auroc": float("inf")})), WHERE)


def test_a_file_bears_its_runs_id() -> None:
    with pytest.raises(KnowledgeError, match="bears its id"):
        read_evaluations({"evaluations/other.json": json.dumps(run())})
    assert set(read_evaluations({WHERE: json.dumps(run()), "models/x.json": "{"})) == {"sample-later"}
