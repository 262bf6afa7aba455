"""Agreement of knowledge files: one place broken at a time, and the sentence that must name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.errors import KnowledgeError
from models.finding import Dose, Drug
from models.knowledge.check import check, lookups
from models.knowledge.types import Guideline, Knowledge, Population
from tests.support.small_knowledge import HIGH, LOW, SOURCE, gene, guideline, knowledge, row

FILE = "guidelines/testol.test.toml"


def with_row(number: int, **changed: object) -> Guideline:
    """The faultless guideline with one row (from 1) changed."""
    whole = guideline()
    rows = list(whole.rows)
    rows[number - 1] = replace(rows[number - 1], **changed)  # type: ignore[arg-type]
    return replace(whole, rows=tuple(rows))


def without_row(number: int) -> Guideline:
    whole = guideline()
    return replace(whole, rows=whole.rows[: number - 1] + whole.rows[number:])


BROKEN: dict[str, tuple[Callable[[], Guideline], str]] = {
    "a row missing": (lambda: without_row(4), f"population 'general': no row answers PAIR {HIGH} | Indeterminate, SCORE No Result"),
    "the open scores missing": (lambda: without_row(3), "no row answers PAIR"),
    "two rows for one": (
        lambda: with_row(2, when={"PAIR": (HIGH, "Indeterminate", "No Result"), "SCORE": ("0.0..2.5",)}),
        "rows 2 and 3 all answer PAIR Usual | Indeterminate, SCORE 2.5",
    ),
    "a phenotype that drifted": (
        lambda: with_row(1, when={"PAIR": ("Slow metaboliser",), "SCORE": ("0.0..",)}),
        "row[1]: PAIR 'Slow metaboliser'",
    ),
    "a key that is no score": (lambda: with_row(2, when={"PAIR": (HIGH,), "SCORE": ("low",)}), "row[2]: SCORE 'low' is no value"),
    "a gene without a file": (lambda: replace(guideline(), keys={"PAIR": "phenotype", "NONE": "score"}), "keys name gene 'NONE'"),
    "a mode that the gene lacks": (lambda: replace(guideline(), keys={"PAIR": "score", "SCORE": "score"}), "keys ask PAIR for 'score'"),
    "a row about another gene": (
        lambda: with_row(3, when={"PAIR": (HIGH,)}),
        "row[3]: `when` names PAIR, but the guideline's keys are PAIR, SCORE",
    ),
    "an unknown drug": (lambda: replace(guideline(), drug=Drug("testol", "11")), "guideline.rxnorm '11' is no ingredient"),
    "another name for the drug": (
        lambda: replace(guideline(), drug=Drug("testolol", "10")),
        "RxNorm 10 is 'testol' in drugs/, not 'testolol'",
    ),
    "a tolerance that is ours and not said to be": (lambda: with_row(3, tolerance_days=90), "say in source.note"),
    "a tolerance of no days": (lambda: with_row(3, tolerance_days=0), "row[3]: tolerance_days is 0"),
    "a tolerance of what can kill": (lambda: with_row(1, tolerance_days=90), "row[1]: tolerance_days on a row whose neglect can kill"),
    "a tolerance of what can kill a child": (
        lambda: with_row(3, tolerance_days=90, fatal_below_age=12),
        "row[3]: tolerance_days on a row whose neglect can kill",
    ),
    "a tolerance against a contraindication": (
        lambda: with_row(3, tolerance_days=90, classification="Contraindicated"),
        "row[3]: tolerance_days on a row whose neglect can kill",
    ),
    "an unknown alternative": (lambda: with_row(1, alternatives=("99",)), "row[1]: alternative '99'"),
    "the drug as its own alternative": (lambda: with_row(1, alternatives=("10",)), "row[1]: alternative '10'"),
    "an undeclared population": (lambda: with_row(5, populations=("adults",)), "row[5]: population 'adults' is not declared"),
    "a population without rows": (
        lambda: replace(guideline(), populations=(*guideline().populations, Population("children", "children"))),
        "population 'children': no row answers",
    ),
    "a population twice": (lambda: replace(guideline(), populations=guideline().populations * 2), "population 'general' is there twice"),
    "a population of an unknown indication": (
        lambda: replace(guideline(), populations=(replace(guideline().populations[0], conditions=("gout",)),)),
        "population 'general' names 'gout', which is not in clinical/",
    ),
    "no population": (lambda: replace(guideline(), populations=()), "no [[population]]"),
    "an unknown classification": (lambda: with_row(2, classification="strong"), "row[2]: classification 'strong'"),
    "an unknown action": (lambda: with_row(2, actions=("avoid",)), "row[2]: action 'avoid'"),
    "no action": (lambda: with_row(2, actions=()), "row[2]: no actions"),
    "an unknown harm": (lambda: with_row(2, harm="deadly"), "row[2]: harm 'deadly'"),
    "a fatal row that stays quiet": (lambda: with_row(1, actions=("monitor",)), "row[1]: a fatal row whose first action is 'monitor'"),
    "fatal in children, yet quiet": (lambda: with_row(2, fatal_below_age=18), "row[2]: a fatal row whose first action is 'standard'"),
    "an unknown message": (lambda: with_row(3, message="fewer"), "row[3]: message 'fewer'"),
    "a contraindication that keeps the medicine": (
        lambda: with_row(3, classification="Contraindicated"),
        "row[3]: 'Contraindicated' with the first action 'dose_change'; write alternative",
    ),
    "a label's warning that keeps the medicine": (
        lambda: with_row(3, classification="Label warning"),
        "row[3]: 'Label warning' with the first action 'dose_change'; write alternative",
    ),
    "a label's dose that changes none": (
        lambda: with_row(2, classification="Label dose"),
        "row[2]: 'Label dose' with the first action 'standard'; write dose_change",
    ),
    "a fatal association": (lambda: with_row(1, classification="Association"), "row[1]: 'Association' can never be louder than info"),
    "an association that is fatal in children": (
        lambda: with_row(3, classification="Association", fatal_below_age=12),
        "row[3]: 'Association' can never be louder than info",
    ),
    "an association that is fatal for some": (
        lambda: with_row(3, classification="Association", fatal_for=("weight",)),
        "row[3]: 'Association' can never be louder than info",
    ),
    "fatal for a state without a name": (
        lambda: with_row(3, fatal_for=("old age",)),
        "row[3]: fatal_for names 'old age', which is not in clinical/",
    ),
    "fatal for some, yet quiet": (lambda: with_row(2, fatal_for=("weight",)), "row[2]: a fatal row whose first action is 'standard'"),
    "an association with a dose": (
        lambda: with_row(3, classification="Association", dose=Dose(None, 20.0, "mg/d", "daily dose")),
        "row[3]: 'Association' gives a dose; that is 'Label dose'",
    ),
    "gaps allowed where every combination needs a row": (
        lambda: replace(guideline(), others="gap"),
        'others = "gap", but the keys ask for no',
    ),
    "no version": (lambda: replace(guideline(), source=replace(SOURCE, version="")), "source.version is empty"),
    "an address with a tag": (
        lambda: replace(guideline(), source=replace(SOURCE, url='https://example.org/"><script>')),
        "source.url is longer than 300 characters, or holds some that no address has",
    ),
    "an address of somebody": (
        lambda: replace(guideline(), source=replace(SOURCE, url="https://user@example.org/x")),
        "source.url is longer than 300 characters, or holds",
    ),
    "an address without end": (
        lambda: replace(guideline(), source=replace(SOURCE, url="https://e.org/" + "x" * 300)),
        "source.url is longer",
    ),
    "a script as address": (lambda: replace(guideline(), source=replace(SOURCE, url="javascript:alert(1)")), "is no https address"),
    "HTML in a version": (lambda: replace(guideline(), source=replace(SOURCE, version="<b>1</b>")), "source.version holds HTML"),
    "a body without end": (lambda: replace(guideline(), source=replace(SOURCE, body="x" * 301)), "source.body has 301 characters"),
    "a note without end": (lambda: replace(guideline(), source=replace(SOURCE, note="x" * 3001)), "source.note has 3001 characters"),
    "HTML in a population": (
        lambda: replace(guideline(), populations=(replace(guideline().populations[0], label="<img src=x>"),)),
        "the label of population 'general' holds HTML",
    ),
    "an entity in a part": (lambda: with_row(3, parts={"less": "&lt;b&gt;"}), "row[3].parts.less holds HTML"),
    "a script in a part": (lambda: with_row(3, parts={"less": "[x](javascript:alert(1))"}), "row[3].parts.less holds HTML"),
    "HTML in a dose": (lambda: with_row(3, dose=Dose(None, 20.0, "mg", "</p>dose")), "row[3].dose holds HTML"),
    "no https": (lambda: replace(guideline(), source=replace(SOURCE, url="ftp://example.org")), "source.url 'ftp://example.org'"),
}
MESSAGES = {"usual-dose", "avoid", "less"}


def test_the_small_knowledge_is_faultless() -> None:
    check(knowledge(), MESSAGES)


@pytest.mark.parametrize("name", BROKEN)
def test_fault_F04_a_broken_place_is_named(name: str) -> None:
    broken, sentence = BROKEN[name]
    with pytest.raises(KnowledgeError) as refused:
        check(knowledge(broken()), MESSAGES)
    assert FILE in str(refused.value)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("term", ["Slow metaboliser", "slow", "Slow ", "Poor Metabolizer"])
def test_fault_F09_a_term_that_the_gene_does_not_know_is_refused(term: str) -> None:
    with pytest.raises(KnowledgeError, match=f"PAIR '{term}' is no value that the gene can have"):
        check(knowledge(with_row(1, when={"PAIR": (LOW, term), "SCORE": ("0.0..", "n/a", "No Result")})))


def test_all_faults_are_told_at_once() -> None:
    twice = with_row(2, harm="deadly", classification="strong")
    with pytest.raises(KnowledgeError, match="2 fault"):
        check(knowledge(twice))


def test_a_guideline_under_a_foreign_drug_is_refused() -> None:
    right = knowledge()
    with pytest.raises(KnowledgeError, match="filed under RxNorm 20, but its drug is 10"):
        check(replace(right, guidelines={"20": (guideline(),)}))


def test_a_gene_whose_usual_phenotype_is_unknown_is_refused() -> None:
    right = knowledge()
    with pytest.raises(KnowledgeError, match=r"genes/PAIR\.toml: the usual phenotype 'Normal'"):
        check(replace(right, genes={**right.genes, "PAIR": replace(gene("PAIR", "pairs"), usual="Normal")}))


def test_a_presence_guideline_needs_both_answers() -> None:
    alone = replace(guideline(), keys={"HERE": "*57:01"}, rows=(row({"HERE": ("*57:01 positive",)}, "alternative"),))
    with pytest.raises(KnowledgeError, match=r"no row answers HERE \*57:01 negative"):
        check(knowledge(alone))
    both = replace(alone, rows=(*alone.rows, row({"HERE": ("*57:01 negative",)})))
    check(knowledge(both))


def test_an_allele_that_the_gene_does_not_test_is_refused() -> None:
    other = replace(guideline(), keys={"HERE": "*15:02"}, rows=(row({"HERE": ("*15:02 positive", "*15:02 negative")}),))
    with pytest.raises(KnowledgeError, match=r"keys ask HERE for '\*15:02'"):
        check(knowledge(other))


def by_diplotype(*pairs: str, others: str = "gap") -> Guideline:
    rows = tuple(row({"PAIR": (pair,)}) for pair in pairs)
    return replace(guideline(), keys={"PAIR": "diplotype"}, rows=rows, others=others)


def test_a_guideline_may_list_some_diplotypes_and_leave_the_rest_a_gap() -> None:
    check(knowledge(by_diplotype("*1/*1", "*2/*1")))


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (by_diplotype("*1/*1", "*1/*2", "*2/*1"), r"rows 2 and 3 both answer PAIR \*2/\*1"),
        (by_diplotype("*1/*1", "*1/*3"), r"row\[2\]: PAIR '\*1/\*3' is no pair of the gene's alleles"),
        (by_diplotype("*1/*1", "Usual"), r"row\[2\]: PAIR 'Usual' is no pair"),
        (by_diplotype("*1/*1", others=""), 'which needs others = "gap"'),
        (replace(guideline(), keys={"PAIR": "diplotype", "SCORE": "score"}, others="gap"), "and no other gene"),
        (replace(by_diplotype("*57:01/*57:01"), keys={"HERE": "diplotype"}), "keys ask HERE for a 'diplotype'"),
    ],
)
def test_a_broken_list_of_diplotypes_is_named(broken: Guideline, sentence: str) -> None:
    if "HERE" in broken.keys:
        broken = replace(broken, rows=(row({"HERE": ("*57:01/*57:01",)}),))
    with pytest.raises(KnowledgeError, match=sentence):
        check(knowledge(broken))


def test_every_key_of_a_gene_is_asked() -> None:
    scores = lookups(gene("SCORE", "score"), "score", several=True)
    assert {"0.0", "0.25", "8.0", "≥3.0", "≥8.0", "n/a", "No Result"} <= set(scores)
    assert "≥2.75" not in scores
    assert lookups(replace(gene("SCORE", "score"), copies=False), "score", several=False) == ("0.0", "1.0", "2.0", "n/a")
    assert lookups(gene("PAIR", "pairs"), "phenotype", several=False) == (LOW, HIGH, "Indeterminate")
    assert lookups(gene("HERE", "presence"), "*57:01", several=True) == ("*57:01 positive", "*57:01 negative", "No Result")


def test_the_shipped_knowledge_is_faultless(knowledge: Knowledge) -> None:
    from cds_service.messages import messages

    check(knowledge, messages().rows.keys())


@pytest.mark.parametrize(
    "name", [name for name in BROKEN if "HTML" in name or "script" in name or "address" in name or "without end" in name]
)
def test_security_S70_what_comes_from_a_source_is_not_trusted(name: str) -> None:
    """The same breaks again, under the name of the threat: none of them may reach a card."""
    made, sentence = BROKEN[name]
    with pytest.raises(KnowledgeError, match="fault"):
        check(knowledge(made()), MESSAGES)
    assert sentence


@pytest.mark.parametrize("label", ["<= 1g per day", "age < 18", "50 mg & more", "data from 2020"])
def test_words_that_only_look_like_html_are_left_alone(label: str) -> None:
    check(knowledge(replace(guideline(), populations=(replace(guideline().populations[0], label=label),))), MESSAGES)
