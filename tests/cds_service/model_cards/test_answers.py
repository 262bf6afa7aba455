"""What each attribute answers: from the model's file, common answers, recorded runs, a site's report; else that it was not measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from cds_service.model_cards.answers import Answer, answers
from cds_service.model_cards.figures import FEW
from cds_service.model_cards.local_reports import LocalReport, read_report
from models.knowledge.card_types import NOT_KNOWN, NOT_MEASURED, Cards
from models.knowledge.model_types import Card, ModelInput
from models.knowledge.types import Knowledge
from tests.support.sample_cards import MODEL, model, run, with_sample
from tests.support.shipped import shipped

MEASURED = (
    "internal-validity",
    "internal-fairness",
    "external-validity",
    "external-fairness",
    "external-representativeness",
    "external-data",
    "external-party",
    "external-process",
    "local-validity",
    "local-fairness",
    "training-representativeness",
    "sample-size",
)


def told(knowledge: Knowledge, *reports: LocalReport) -> Mapping[str, Answer]:
    return answers(knowledge.models[MODEL], knowledge, reports)


def report(site: str = "north", **more: object) -> LocalReport:
    document = {"model": MODEL, "site": site, "made": "2026-11-20", "people": 812, "events": 60} | {
        "metrics": run()["metrics"],
        "groups": run()["groups"],
    }
    return read_report(json.dumps(document | more), "north.json")


def test_what_was_not_measured_says_exactly_that() -> None:
    found = told(with_sample())
    assert {found[key].value for key in MEASURED} == {NOT_MEASURED}
    assert not any(answer.measured for answer in found.values())


def test_what_nobody_wrote_is_not_known() -> None:
    assert told(with_sample())["risks"].value == NOT_KNOWN
    assert told(with_sample(attributes={"risks": "Many."}))["risks"].value == "Many."
    assert told(with_sample(of=model(card=Card({"risks": "From its file."}))))["risks"].value == "From its file."


def test_a_reference_is_filled_from_its_run() -> None:
    text = "All {sample-later:auroc}; women {sample-later:auroc@sex=female}; others {sample-later:auroc@sex=other}."
    found = told(with_sample(run(), attributes={"internal-validity": text}))["internal-validity"]
    assert found.value == (
        "All 0.811 (0.790 to 0.832; 907 people, 99 events); women 0.820 (0.780 to 0.860; 500 people, 50 events); " + f"others {FEW}."
    )
    assert (found.measured, found.runs) == (True, ("sample-later",))


def test_a_reference_to_a_grouping_tells_every_group_that_may_be_told() -> None:
    found = told(with_sample(run(), attributes={"internal-fairness": "{sample-later:auroc@sex}"}))["internal-fairness"].value
    assert found.startswith("female 0.820 (") and "male 0.800 (" in found and found.endswith(f"other {FEW}")


def test_a_run_of_a_published_equation_is_external_and_of_one_trained_here_internal() -> None:
    external, internal = told(with_sample(run())), told(with_sample(run(), of=model(derived=True)))
    assert external["external-validity"].measured and external["internal-validity"].value == NOT_MEASURED
    assert internal["internal-validity"].measured and internal["external-validity"].value == NOT_MEASURED
    assert internal["external-party"].value == NOT_MEASURED != external["external-party"].value
    swapped = told(with_sample(run(), internal=("sample-later",)))
    assert swapped["internal-validity"].measured and swapped["external-data"].value == NOT_MEASURED
    same = told(with_sample(run(), run("sample-elsewhere"), runs="internal", external=("sample-elsewhere",)))
    assert (same["internal-validity"].runs, same["external-validity"].runs) == (("sample-later",), ("sample-elsewhere",))


def test_only_headlines_stand_in_an_attribute() -> None:
    noisy = run(metrics={"auroc": 0.8, "missing.age": 0.1, "excluded.under 20 years": 5})
    found = told(with_sample(noisy))["external-validity"].value
    assert "auroc 0.800" in found and "missing" not in found and "excluded" not in found
    assert told(with_sample(run(metrics={"missing.age": 0.1})))["external-validity"].value == NOT_MEASURED


def test_a_run_tells_of_itself() -> None:
    found = told(with_sample(run()))
    assert found["external-validity"].value == (
        "made-up survey: auroc 0.811 (0.790 to 0.832; 907 people, 99 events), ece 0.0071 (run sample-later of 2026-11-27)."
    )
    assert "907 rows" in found["external-data"].value and "ab" * 32 in found["external-data"].value
    assert "precision-hooks model validate sample with the seed 7; python 3.11.9" in found["external-process"].value
    assert found["external-representativeness"].value == f"made-up survey: by sex: female 500, male 400, other {FEW}."
    assert "auroc by sex: 0.800 (male) to 0.820 (female)" in found["external-fairness"].value


def test_a_site_answers_for_itself() -> None:
    found = told(with_sample(), report(), report("south", groups={}))
    assert found["local-validity"].value.startswith("north, 2026-11-20, 812 people, 60 events: auroc 0.811 (")
    assert found["local-validity"].runs == ("north", "south")
    # `other` has 7 people, so the next smallest group is hidden too, or it could be worked out: nothing is left to compare
    assert found["local-fairness"].value == NOT_MEASURED and not found["local-fairness"].measured


def test_a_site_tells_how_its_groups_fare() -> None:
    sexes = {name: metrics for name, metrics in run()["groups"]["sex"].items() if name != "other"}
    found = told(with_sample(), report(groups={"sex": sexes}))["local-fairness"]
    assert (found.value, found.runs) == ("north: auroc by sex: 0.800 (male) to 0.820 (female).", ("north",))


def test_what_follows_from_the_file_is_worked_out() -> None:
    found = told(with_sample())
    assert found["output"].value == (
        "Risk of new type 2 diabetes within 10 years; from 0 to 1 as a part of one. Nothing outside these bounds is given."
    )
    assert found["intended-population"].value == "adults. It answers for: age 30 to 79 years; sex (female, male)."
    assert "diabetes (it is for people without diabetes)" in found["out-of-scope"].value
    assert "age 30 to 79 years" in found["out-of-scope"].value
    assert found["citation"].value == "Test body, 1 (2026). https://example.org/guideline"
    assert "2026-11-25" in found["dates"].value


def test_narrower_ranges_of_single_formulas_are_told() -> None:
    (formula,) = model().formulas
    found = told(with_sample(of=model(formulas=(replace(formula, limits={"age": (30, 59)}),))))
    assert "Narrower for some formulas: age 30 to 59 years (10 years)." in found["out-of-scope"].value


def test_uses_of_personal_data_follow_from_the_inputs() -> None:
    found = told(with_sample())
    assert found["use-of-sex"].value == "Sex: used as an input (sex)."
    assert found["use-of-birth-date"].value == "Date of birth: used as an input (age)."
    assert found["use-of-race"].value == "Race: not used."
    ancestry = ModelInput("ancestry", "choice", choices=("black", "white"), reference="white")
    both = ModelInput("race-ethnicity", "choice", choices=("hispanic", "white"), reference="white")
    more = told(with_sample(of=model(inputs={"ancestry": ancestry, "race-ethnicity": both})))
    assert more["use-of-race"].value == "Race: used as an input (reported ancestry, reported race and ethnicity)."
    assert more["use-of-ethnicity"].value == "Ethnicity: used as an input (reported race and ethnicity)."
    assert more["use-of-sex"].value == "Sex: not used."
    refusing = told(with_sample(of=model(refuses={"pregnancy": "nobody pregnant was in the data"})))
    assert refusing["use-of-health-status"].value == "Health status assessment: used to give no number (pregnancy)."
    assert all(part in more["input-variables"].value for part in ("Race: used", "Sex: not used", "Language: not used"))


def test_an_input_that_is_worked_out_from_such_data_says_so() -> None:
    egfr = ModelInput("egfr", unit="mL/min/{1.73_m2}", low=15, high=140, reference=90.0)
    knowledge = with_sample(of=model(inputs={"egfr": egfr}))
    knowledge = replace(knowledge, models={**shipped().models, **knowledge.models})
    assert told(knowledge)["use-of-sex"].value == "Sex: used to work out another input (estimated filtration rate)."


def test_a_model_without_a_card_answers_what_is_common() -> None:
    knowledge = replace(with_sample(), cards=replace(shipped().cards, by_model={}))
    found = told(knowledge)
    assert found["developer"].value == shipped().cards.common["developer"]
    assert found["intended-use"].value == NOT_KNOWN


def test_without_any_list_there_are_no_answers() -> None:
    assert told(replace(with_sample(), cards=Cards())) == {}
