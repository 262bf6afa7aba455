"""Every coefficient of the dose models against the stored reference data, and the loading scheme against doses worked out apart."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import pytest

from models.knowledge.model_types import Model
from models.prediction.contract import Prediction, predict
from tests.support.reference import reference_file
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
STARS = ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3")
RATES = {"*1/*1": 0.0189, "*1/*2": 0.0158, "*1/*3": 0.0132, "*2/*2": 0.013, "*2/*3": 0.009, "*3/*3": 0.0075}


def terms(model: Model) -> dict[str, float]:
    (formula,) = model.formulas
    return {"*".join(term.factors): term.coefficient for term in formula.terms} | {"intercept": formula.intercept}


def stored(name: str, form: str) -> Mapping[str, float]:
    return json.loads(reference_file(f"data/equations/{name}.json").read_text("utf-8"))[form]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("model", "form"), [("warfarin-iwpc", "pharmacogenetic"), ("warfarin-iwpc-clinical", "clinical")])
def test_iwpc(model: str, form: str) -> None:
    wanted = stored("warfarin_iwpc_2009", form)
    assert sorted(terms(KNOWLEDGE.models[model]).values()) == pytest.approx(sorted(wanted.values()))


def test_gage_counts_each_copy_once() -> None:
    wanted, own = stored("warfarin_gage_2008", "pharmacogenetic"), terms(KNOWLEDGE.models["warfarin-gage"])
    assert own["vkorc1_aa"] == pytest.approx(2 * own["vkorc1_ag"]) == pytest.approx(2 * wanted["VKORC1_A_count"])
    for stars in STARS[1:]:
        name = "cyp2c9_" + stars.replace("*", "").replace("/", "_")
        assert own[name] == pytest.approx(stars.count("*2") * wanted["CYP2C9*2_count"] + stars.count("*3") * wanted["CYP2C9*3_count"])
    simple = {k: v for k, v in wanted.items() if not k.startswith(("VKORC1", "CYP2C9"))}
    rest = {k: v for k, v in own.items() if not k.startswith(("vkorc1", "cyp2c9"))}
    assert sorted(rest.values()) == pytest.approx(sorted(simple.values()))


def test_gage_without_genes() -> None:
    assert sorted(terms(KNOWLEDGE.models["warfarin-gage-clinical"]).values()) == pytest.approx(
        sorted(stored("warfarin_gage_2008", "clinical").values())
    )


def test_lenzini() -> None:
    wanted, own = stored("warfarin_lenzini_2010_refinement", "pharmacogenetic"), terms(KNOWLEDGE.models["warfarin-lenzini"])
    assert own.pop("root_height*root_weight") == pytest.approx(wanted["BSA"] * 0.007184)
    assert own.pop("aa") == pytest.approx(2 * own["ag"]) == pytest.approx(2 * wanted["VKORC1_A_count"])
    for stars in STARS[1:]:
        found = own.pop("s" + stars.replace("*", "").replace("/", "_"))
        assert found == pytest.approx(stars.count("*2") * wanted["CYP2C9*2_count"] + stars.count("*3") * wanted["CYP2C9*3_count"])
    simple = {k: v for k, v in wanted.items() if not k.startswith(("BSA", "CYP2C9"))}
    assert sorted(own.values()) == pytest.approx(sorted(simple.values()))


def loading(stars: str, maintenance: float) -> list[float]:
    model = KNOWLEDGE.models["warfarin-eupact-loading"]
    found = [predict(model, {"cyp2c9": stars, "maintenance-dose": maintenance}, outcome=f"day-{day}") for day in (1, 2, 3)]
    return [one.value for one in found if isinstance(one, Prediction)]


def test_loading_rates_are_those_of_the_reference_data() -> None:
    wanted = json.loads(reference_file("data/equations/warfarin_eupact_loading.json").read_text("utf-8"))["k_per_h"]
    assert KNOWLEDGE.models["warfarin-eupact-loading"].numbers["eliminated"] == wanted == RATES


@pytest.mark.parametrize("stars", STARS)
def test_loading_fills_the_body_by_the_third_day(stars: str) -> None:
    """The slower the enzyme, the more there is to fill; three loading doses in place of these would reach the steady peak exactly."""
    left = math.exp(-24 * RATES[stars])
    load = 4.0 / ((1 - left) * (1 + left + left**2))
    first, second, third = loading(stars, 4.0)
    assert [first, second, third] == pytest.approx([1.5 * load - 2.0, load, 0.5 * load + 2.0])
    assert second * (1 + left + left**2) == pytest.approx(4.0 / (1 - left)), "the peak of a steady 4 mg a day"
    assert first > second > third > 4.0


def test_a_slower_enzyme_is_loaded_with_a_greater_part() -> None:
    ratios = [loading(stars, 4.0)[0] for stars in ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3")]
    assert ratios == sorted(ratios)
