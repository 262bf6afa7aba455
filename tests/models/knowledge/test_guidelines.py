"""Our guideline files against CPIC's rows: same classification, same first action (or a reviewed one), same figures, own words."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
import tomli

from cds_service.messages import RowMessage, messages
from cds_service.words import dose, joined
from models.knowledge.guideline_files import read_guideline
from models.knowledge.types import Guideline, Knowledge, Row
from models.pharmacogenomics.lookup import find_row
from tests.support.cpic_rows import SourceRow, figures, runs, source_rows

FOLDER = Path(__file__).parents[3] / "models" / "knowledge" / "guidelines"
FILES = sorted(FOLDER.glob("*.cpic.toml"))
#: a figure of CPIC's text that our message leaves out, and why
LEFT_OUT = {
    **{(drug, ("8", "", "days")): "the eight days to steady state are celecoxib's" for drug in ("ibuprofen", "flurbiprofen", "lornoxicam")},
}


def guidelines() -> dict[str, Guideline]:
    read = (read_guideline(tomli.loads(path.read_text("utf-8")), f"guidelines/{path.name}") for path in FILES)
    return {guideline.drug.name: guideline for guideline in read}


OURS = guidelines()


def reviewed() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(drug, population, lookup) → the source's action and ours."""
    with (FOLDER / "reviewed_actions.tsv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))
    assert all(r["why"] and r["reviewed"] for r in table)
    return {(r["drug"], r["population"], r["lookup"]): (r["source_action"], r["our_action"]) for r in table}


def ours(source: SourceRow) -> Row:
    return find_row(OURS[source.drug], source.population, source.lookup)


def said(drug: str, row: Row, knowledge: Knowledge) -> RowMessage:
    """The row's message with its parts filled, as on a card."""
    words = messages()
    names = [knowledge.drugs.ingredients[rxnorm].name for rxnorm in row.alternatives]
    parts = {"drug": drug, "alternatives": joined(names, words.text("or")), "dose": dose(row.dose, words), **row.parts}
    message = words.row(row.message)
    return RowMessage(*(text.format_map(parts) for text in (message.do, message.why, message.more)))


def whole(message: RowMessage) -> str:
    return f"{message.do}. {message.why} {message.more}"


def test_every_drug_of_cpic_has_a_file() -> None:
    assert len(OURS) == 109
    assert all(guideline.id == f"{drug.replace(' ', '-')}.cpic" for drug, guideline in OURS.items())


def test_every_cpic_row_has_the_same_classification_and_a_known_action() -> None:
    rows = source_rows(set(OURS))
    assert len(rows) == 2159
    differences, agreed = [], reviewed()
    for source in rows:
        row = ours(source)
        if row.classification != source.classification:
            differences.append(f"{source}: CPIC says {source.classification}, we {row.classification}")
        expected = agreed.get(source.key, (source.action, source.action))[1]
        if row.actions[0] != expected:
            differences.append(f"{source}: CPIC's action is {source.action}, ours {row.actions[0]}, reviewed {expected}")
    assert differences == [], differences


def test_every_reviewed_difference_is_real() -> None:
    rows = {source.key: source for source in source_rows(set(OURS))}
    for key, (source_action, our_action) in reviewed().items():
        assert key in rows, f"{key}: no such CPIC row"
        assert rows[key].action == source_action != our_action, key
        assert ours(rows[key]).actions[0] == our_action, key


def test_our_rows_come_from_cpic_or_say_that_they_are_derived() -> None:
    sources = source_rows(set(OURS))
    used = Counter((source.drug, id(ours(source))) for source in sources)
    for drug, guideline in OURS.items():
        unused = [row.when for row in guideline.rows if not used[drug, id(row)] and not row.derived]
        assert unused == [], f"{drug}: rows that no CPIC row leads to"


def test_every_figure_of_cpic_is_in_our_words(knowledge: Knowledge) -> None:
    missing = []
    for source in source_rows(set(OURS)):
        told = figures(whole(said(source.drug, ours(source), knowledge)))
        missing += [f"{source}: {figure}" for figure in figures(source.recommendation) - told if (source.drug, figure) not in LEFT_OUT]
    assert missing == [], sorted(set(missing))


def test_every_figure_of_ours_is_in_cpic(knowledge: Knowledge) -> None:
    invented = []
    for source in source_rows(set(OURS)):
        given = figures(source.everything)
        told = figures(whole(said(source.drug, ours(source), knowledge)))
        invented += [f"{source}: {figure}" for figure in told - given]
    assert invented == [], sorted(set(invented))


def test_every_dose_is_the_figure_of_cpic() -> None:
    """CPIC says "50% reduction", "increase by 100%" or "2 times" where our dose is what is left or reached: all are looked for."""
    wrong = []
    for source in source_rows(set(OURS)):
        row_dose = ours(source).dose
        if row_dose is None:
            continue
        low, high = (f"{value:g}" if value is not None else "" for value in (row_dose.low, row_dose.high))
        meant = {(low, high), (low or high, ""), (f"{100 - float(low or 0):g}", ""), (f"{float(low or 0) - 100:g}", "")}
        if row_dose.unit == "%" and low != high:
            meant |= {(f"{100 - float(high):g}", f"{100 - float(low):g}"), (f"{float(low) / 100:g}", f"{float(high) / 100:g}")}
        if not meant & {(one, two) for one, two, _ in figures(source.recommendation)}:
            wrong.append(f"{source}: {low}–{high} {row_dose.unit}")
    assert wrong == [], sorted(set(wrong))


def test_no_message_copies_eight_words_of_cpic(knowledge: Knowledge) -> None:
    copied = []
    for source in source_rows(set(OURS)):
        shared = runs(whole(said(source.drug, ours(source), knowledge)), 8) & runs(source.everything, 8)
        copied += [f"{source}: {' '.join(run)}" for run in shared]
    assert copied == [], sorted(set(copied))


@pytest.mark.parametrize("drug", OURS)
def test_every_message_fits_the_card(drug: str, knowledge: Knowledge) -> None:
    for row in OURS[drug].rows:
        message = said(drug, row, knowledge)
        assert drug in message.do, f"{row.message}: `do` does not name the drug"
        assert len(message.do) <= 95, f"{row.message}: {len(message.do)} characters: {message.do}"
        assert message.do[-1] != "." and message.do[0].isupper(), row.message
        assert message.why.endswith(".") and (not message.more or message.more.endswith(".")), row.message
        assert "{" not in whole(message) and "  " not in whole(message), row.message


TRIGGERS = ("succinylcholine", "desflurane", "enflurane", "halothane", "isoflurane", "methoxyflurane", "sevoflurane")


def test_fatal_rows_are_exactly_those_of_the_decisions() -> None:
    fatal = {(drug, row.message) for drug, guideline in OURS.items() for row in guideline.rows if row.harm == "fatal"}
    assert fatal == {
        ("abacavir", "abacavir-never"),
        ("allopurinol", "allopurinol-never"),
        ("phenytoin", "phenytoin-never"),
        ("carbamazepine", "carbamazepine-never"),
        ("carbamazepine", "carbamazepine-never-if-alternative"),
        ("oxcarbazepine", "oxcarbazepine-never"),
        ("fosphenytoin", "phenytoin-never"),
        ("fluorouracil", "fluoropyrimidine-avoid"),
        ("fluorouracil", "fluoropyrimidine-avoid-or-under-quarter"),
        ("capecitabine", "fluoropyrimidine-avoid"),
        ("capecitabine", "fluoropyrimidine-avoid-or-under-quarter"),
        ("azathioprine", "azathioprine-switch"),
        ("mercaptopurine", "mercaptopurine-tenth"),
        ("thioguanine", "thioguanine-tenth"),
        *((drug, "g6pd-avoid") for drug in ("rasburicase", "pegloticase", "primaquine", "tafenoquine", "dapsone", "methylene blue")),
        ("primaquine", "g6pd-primaquine"),
        *((drug, "hyperthermia-avoid") for drug in TRIGGERS),
    }
    below = {(drug, row.fatal_below_age) for drug, guideline in OURS.items() for row in guideline.rows if row.fatal_below_age}
    assert below == {("codeine", 18), ("tramadol", 18)}
    assert {drug for drug, guideline in OURS.items() if guideline.must_test} == {
        "abacavir",
        "fluorouracil",
        "capecitabine",
        "rasburicase",
        "pegloticase",
        "primaquine",
        "tafenoquine",
    }


@pytest.mark.parametrize("drug", ["phenytoin", "fosphenytoin", "carbamazepine", "oxcarbazepine"])
def test_a_row_for_earlier_use_needs_the_chart_to_say_so(drug: str) -> None:
    assert [p.id for p in OURS[drug].populations if p.unless_known] == [next(p.id for p in OURS[drug].populations if "naive" in p.id)]


def test_only_ivacaftor_is_meant_for_products_without_other_ingredients() -> None:
    assert [drug for drug, guideline in OURS.items() if guideline.single_ingredient] == ["ivacaftor"]
