"""Every figure of a card comes from a recorded run: one test for each way in which it might not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.knowledge.card_check import card_faults
from models.knowledge.card_types import ModelCard, Published
from models.knowledge.model_digest import digest_of
from models.knowledge.model_types import Band, Card, InputSource
from models.knowledge.types import Knowledge
from tests.support.sample_cards import MODEL, model, run, with_sample

KEY = "internal-validity"


def faults(knowledge: Knowledge) -> list[str]:
    return list(card_faults(knowledge))


def test_what_is_shipped_is_sound(knowledge: Knowledge) -> None:
    assert faults(knowledge) == []


@pytest.mark.parametrize(
    "text",
    [
        "It ranks people well: {sample-later:auroc}, off by {sample-later:ece}.",
        "Women {sample-later:auroc@sex=female}.",
        "By sex: {sample-later:auroc@sex}.",
        "not measured",
    ],
)
def test_a_figure_from_a_run_passes(text: str) -> None:
    assert faults(with_sample(run(), attributes={KEY: text})) == []


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        (KEY, "AUROC 0.81.", "holds a figure that no recorded run stands behind"),
        (KEY, "{sample-later:auroc}, which is more than 0.8", "holds a figure that no recorded run stands behind"),
        (KEY, "It ranks people very well.", "cites no recorded run"),
        (KEY, "{sample-2019:auroc}", "the run 'sample-2019' is not in evaluations/"),
        (KEY, "{sample-later:slope}", "has no {sample-later:slope}"),
        (KEY, "{sample-later:auroc@sex=unknown}", "has no {sample-later:auroc@sex=unknown}"),
        (KEY, "{sample-later:auroc@ancestry}", "has no {sample-later:auroc@ancestry}"),
        (KEY, "{sample-later:ece@sex=female}", "has no {sample-later:ece@sex=female}"),
        (KEY, "{sample-later}", "is no reference"),
        ("risks", "Its AUROC was 0.81 elsewhere.", "tells a result with a figure of its own"),
        ("risks", "Sensitivity of about 88 % in women.", "tells a result with a figure of its own"),
        ("rissks", "A slip.", "is no attribute of cards/schema.toml"),
        ("output", "A risk.", "is worked out (spec) and never written"),
        ("local-validity", "{sample-later:auroc}", "is worked out (site) and never written"),
        ("risks", "  ", "is empty"),
        ("risks", "<b>none</b>", "holds HTML"),
    ],
)
def test_a_figure_without_a_run_is_a_fault(key: str, text: str, told: str) -> None:
    (fault, *_) = [fault for fault in faults(with_sample(run(), attributes={key: text})) if told in fault]
    assert fault.startswith(f"cards/{MODEL}.toml: attributes.{key}")


def test_words_with_figures_that_are_no_results_pass() -> None:
    text = "Not below 30 or above 79 years; CHA2DS2-VASc and HbA1c bear digits too. A coverage of 31 attributes."
    assert faults(with_sample(run(), attributes={"risks": text})) == []


def test_a_result_may_be_cited_anywhere() -> None:
    assert faults(with_sample(run(), attributes={"risks": "Brier and AUROC: {sample-later:auroc}."})) == []


def test_a_card_cites_runs_of_its_own_model() -> None:
    knowledge = with_sample(run(), run("other-run", model="other"), attributes={KEY: "{other-run:auroc}"})
    told = "\n".join(faults(knowledge))
    assert "is of 'other'; a card cites runs of its own model" in told
    assert "evaluations/other-run.json: is of the model 'other', which is not in models/" in told


def test_a_run_of_another_version_of_the_model_is_a_fault() -> None:
    now = digest_of(model())
    assert faults(with_sample(run(model_digest=now))) == []
    (fault,) = faults(with_sample(run(model_digest="0123456789ab")))
    assert "recorded with another 'sample'" in fault and now in fault


def test_the_digest_is_of_what_decides_the_output() -> None:
    (formula,) = model().formulas
    shown = {"age": replace(model().inputs["age"], reference=40.0, monotone="up", change_to=30.0), "sex": model().inputs["sex"]}
    same = [
        model(label="Other", card=Card({"risks": "x"})),
        model(inputs=shown),
        model(formulas=(replace(formula, bands=(Band(0, 1, 50, 0.1, 0.2),)),)),
    ]
    other = [model(formulas=(replace(formula, intercept=-3.1),)), model(refuses={}), model(numbers={"a": 1})]
    assert {digest_of(m) for m in same} == {digest_of(model())}
    assert len({digest_of(m) for m in [model(), *other]}) == 4


def test_an_interval_that_is_none_is_a_fault() -> None:
    (fault,) = faults(with_sample(run(metrics={"auroc": {"value": 0.9, "low": 0.8, "high": 0.7}})))
    assert "the interval of metrics.auroc ends before it begins" in fault
    # a resampled interval may leave the figure itself out, as that of a calibration error often does
    assert faults(with_sample(run(metrics={"ece": {"value": 0.004, "low": 0.005, "high": 0.01}}))) == []


def test_bands_need_a_run() -> None:
    (formula,) = model().formulas
    banded = model(formulas=(replace(formula, bands=(Band(0, 1, 50, 0.1, 0.2),)),))
    (fault,) = faults(with_sample(of=banded))
    assert "has bands of what was observed, but evaluations/ has no run" in fault
    assert faults(with_sample(run(), of=banded)) == []


def test_a_models_own_file_is_held_to_the_same() -> None:
    told = "\n".join(faults(with_sample(of=model(card=Card({"risks": "x", KEY: "0.8"}, ("gone",))), attributes={"risks": "y"})))
    assert "models/sample.toml: card.attributes.internal-validity holds a figure" in told
    assert "models/sample.toml: card.attributes.risks is also in cards/sample.toml" in told
    assert "models/sample.toml: card.runs names 'gone'" in told


def test_figures_of_the_literature_say_where_they_can_be_looked_up() -> None:
    def card(attribute: str = KEY, url: str = "https://example.org") -> ModelCard:
        return ModelCard(MODEL, published=(Published(attribute, "AUROC", "0.92", "Someone 2019", url, False),))

    assert faults(with_sample(card=card())) == []
    assert "no attribute that is measured" in faults(with_sample(card=card(attribute="risks")))[0]
    assert "no https address" in faults(with_sample(card=card(url="http://example.org")))[0]


def test_what_tells_who_somebody_is_must_be_declared() -> None:
    knowledge = with_sample()
    faulty = replace(knowledge, inputs={"skin": InputSource("skin", "skin colour", "choice", origin="ancestry")})
    (fault,) = faults(faulty)
    assert fault == "inputs/: 'skin' is read from a person's ancestry, but no [[use]] of cards/schema.toml names it; add it there"


def test_a_run_is_internal_or_external() -> None:
    assert faults(with_sample(run(), internal=("sample-later",))) == []
    assert "no run of this model" in faults(with_sample(run(), internal=("sample-earlier",)))[0]
    assert "both internal and external" in faults(with_sample(run(), internal=("sample-later",), external=("sample-later",)))[0]
