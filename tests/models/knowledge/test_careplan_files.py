"""The folder careplans/: read strictly, agrees with the rest, and says of every file what was read of its source."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
import tomli

from cds_service.messages import messages
from models.errors import KnowledgeError
from models.knowledge.careplan_check import advised_by, careplan_faults, questions, said_by
from models.knowledge.careplan_files import FOLDER, read_careplans
from models.knowledge.careplan_types import CareKnowledge
from models.knowledge.types import Knowledge

ROOT = files("models.knowledge") / FOLDER
HEAD, MEDICINES, FOOD, KIND = (f"{FOLDER}/diabetes{ending}.toml" for ending in ("", "_medicines", "_diet", "_type"))


def texts() -> dict[str, str]:
    own = sorted(ROOT.iterdir(), key=lambda file: file.name)
    return {f"{FOLDER}/{file.name}": file.read_text("utf-8") for file in own}


def parse(name: str, text: str) -> dict[str, Any]:
    return tomli.loads(text)


def plan(knowledge: Knowledge) -> CareKnowledge:
    return knowledge.careplans["diabetes"]


def faults(changed: CareKnowledge, knowledge: Knowledge) -> list[str]:
    return list(careplan_faults(replace(knowledge, careplans={"diabetes": changed})))


def test_it_is_read_and_has_no_fault(knowledge: Knowledge) -> None:
    assert read_careplans(texts(), parse) == knowledge.careplans
    assert list(careplan_faults(knowledge)) == []
    assert read_careplans({}, parse) == {}


def test_every_file_says_what_was_read_of_its_source() -> None:
    for name, text in texts().items():
        source = tomli.loads(text)["source"]
        assert "Not read" in source["note"] or "not read" in source["data"], name
        assert source["retrieved"] and source["url"].startswith("https://"), name


def test_rows_are_more_than_a_few_and_ids_are_not_repeated(knowledge: Knowledge) -> None:
    known = plan(knowledge)
    for rows in (known.facts, known.kinds, known.inherited, known.suspicions, known.classes):
        ids = [row.id for row in rows]
        assert len(ids) == len(set(ids))
    assert len(known.diet.cultures) == 7
    assert len(set(said_by(known))) > 80 and len(set(advised_by(known))) > 15
    assert len(list(questions(known))) > 120


def test_each_kitchen_has_every_group_at_low_cost(knowledge: Knowledge) -> None:
    for kitchen in plan(knowledge).diet.cultures:
        cheap = {food.group for cost, food in kitchen.foods if cost == "low"}
        assert cheap == {"starch", "protein", "vegetables", "fruit", "instead"}, kitchen.id


def test_genes_and_variants_have_one_home(knowledge: Knowledge) -> None:
    """What counts for an inherited form is said in hereditary/: here stand the ids of its rules."""
    rules = {rule.id: rule for rule in knowledge.hereditary.rules}
    genes = {gene for form in plan(knowledge).inherited for rule in form.rules for gene in rules[rule].genes}
    assert genes == set(plan(knowledge).genes)


BROKEN = [
    (HEAD, 'unsaid = "unspecified"', 'unsaid = "unspecified"\nodd = 1', "plan.odd is not a key that is read here"),
    (HEAD, 'origin = "age"', 'origin = "horoscope"', "must be one of age, sex"),
    (HEAD, 'when = ["age < 18"]', 'when = ["age <= 18"]', "'age <= 18' is no question"),
    (HEAD, 'medicines = "insulin"', 'medicines = "leeches"', "must be one of classes, insulin, none"),
    (MEDICINES, 'stance = "first"', 'stance = "always"', "must be one of first, prefer"),
    (MEDICINES, "implies = false", 'implies = "no"', "must be true or false"),
    (FOOD, "activity = [1.2, 1.5]", "activity = [1.5, 1.2]", "must begin with the lower number"),
    (FOOD, "deficit = [500, 750]", "deficit = [500]", "must be two numbers"),
    (FOOD, 'cost = "low"', 'cost = "free"', "must be one of low, middle, high"),
    (KIND, 'tests = ["neonatal-panel"]', "", "tests is missing"),
]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), BROKEN)
def test_one_place_changed_is_refused_and_named(name: str, old: str, new: str, sentence: str) -> None:
    changed = texts()
    assert old in changed[name]
    changed[name] = changed[name].replace(old, new, 1)
    with pytest.raises(KnowledgeError) as caught:
        read_careplans(changed, parse)
    assert sentence in str(caught.value) and name in str(caught.value)


def test_a_disease_without_its_food_is_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"diabetes_diet\.toml: is missing"):
        read_careplans({name: text for name, text in texts().items() if name != FOOD}, parse)


def test_what_other_files_do_not_have_is_named(knowledge: Knowledge) -> None:
    known = plan(knowledge)
    first, others = known.classes[0], known.classes[1:]
    fact, kind, form, target = known.facts[0], known.kinds[0], known.inherited[0], known.targets[0]
    measured = next(f for f in known.facts if f.origin == "measurement")
    gene = next(f for f in known.facts if f.origin == "gene")
    strange = replace(first.members[0].drug, name="moonshine", rxnorm="1")
    cases: list[tuple[CareKnowledge, str]] = [
        (replace(known, facts=known.facts[1:]), f"asks for '{fact.id}', which is no fact"),
        (
            replace(known, facts=(*known.facts[1:], replace(fact, origin="condition", names=("frail-nothing",)))),
            "which is not in clinical/",
        ),
        (replace(known, facts=(replace(measured, names=("heart-failure",)), *known.facts)), "has no unit in clinical/"),
        (replace(known, facts=(replace(gene, names=("Splendid",)), *known.facts)), "'Splendid' is no phenotype"),
        (replace(known, facts=(replace(gene, gene="NOSUCH1"), *known.facts)), "which has no file in genes/"),
        (replace(known, facts=(replace(fact, origin="input", input="shoe-size"), *known.facts)), "which is not in inputs/"),
        (replace(known, kinds=(replace(kind, names=("no-such-problem",)), *known.kinds[1:])), "'no-such-problem' is not in clinical/"),
        (replace(known, unsaid="nothing"), "plan.unsaid 'nothing' is no kind"),
        (replace(known, steers="nothing"), "plan.steers 'nothing' is no target"),
        (replace(known, inherited=(replace(form, rules=("nowhere",)),)), "rests on rule 'nowhere'"),
        (replace(known, inherited=(replace(form, stop=("nothing",)),)), "stops 'nothing', which is no class"),
        (replace(known, targets=(replace(target, fact="luck"),)), "measures 'luck', which is no fact"),
        (replace(known, targets=(replace(target, when=()), target)), "stands after one that always holds"),
        (replace(known, suspicions=(replace(known.suspicions[0], tests=("tea-leaves",)),)), "orders 'tea-leaves'"),
        (replace(known, classes=(replace(first, ingredients=(strange,)), *others)), "'moonshine' (1) is no ingredient"),
        (replace(known, classes=(*known.classes, replace(first, id="again"))), "is in the classes"),
        (replace(known, genes=("NOSUCH1",)), "NOSUCH1 is not in biomarkers/genes.tsv"),
        (replace(known, sources=(replace(known.sources[0], note="all fine"),)), "does not say what was read"),
        (replace(known, needs={"diet": ("luck",)}), "diet needs 'luck'"),
    ]
    for changed, sentence in cases:
        assert any(sentence in fault for fault in faults(changed, knowledge)), sentence


def test_a_number_that_is_asked_of_what_is_none_is_named(knowledge: Knowledge) -> None:
    known = plan(knowledge)
    clause = replace(known.refusals[1].when[0][0], fact="heart-failure")
    changed = replace(known, refusals=(replace(known.refusals[1], when=((clause,),)),))
    assert any("compares 'heart-failure', which is no number" in fault for fault in faults(changed, knowledge))


def test_advice_without_words_is_a_fault(knowledge: Knowledge) -> None:
    rows = set(messages().rows)
    assert list(careplan_faults(knowledge, rows)) == []
    lost = next(iter(advised_by(knowledge.careplans["diabetes"])))
    [fault] = careplan_faults(knowledge, rows - {lost})
    assert f"message '{lost}' is not in cds_service/messages" in fault
