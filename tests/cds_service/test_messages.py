"""Every row of every guideline as a card: the words exist, the action and the drug are in the summary, nothing is cut."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cds_service.messages import PARTS, agree, messages, parts_in, read_messages
from cds_service.present import LONGEST_SUMMARY, detail, summary
from cds_service.words import advice, parts_of
from models.careplans.food import CONTRADICT
from models.careplans.plan import SAYS
from models.errors import KnowledgeError
from models.features.circumstances import NOTHING_KNOWN
from models.features.population import open_populations
from models.finding import Evidence, Finding, GeneEvidence
from models.knowledge.careplan_check import advised_by, said_by
from models.knowledge.types import Guideline, Knowledge, Row
from models.pharmacogenomics.findings import recommendations
from models.pharmacogenomics.rows import Applied
from tests.support.shipped import shipped

KNOWLEDGE = shipped()


def every_row() -> Iterator[tuple[Guideline, int, Row]]:
    for guidelines in KNOWLEDGE.guidelines.values():
        for guideline in guidelines:
            yield from ((guideline, i, row) for i, row in enumerate(guideline.rows))


def as_finding(guideline: Guideline, row: Row) -> Finding:
    """A finding that one row alone makes, with the longest diplotype and phenotype that each gene can show."""
    population = next(p for p in guideline.populations if p.id in row.populations)
    lookup = {gene: keys[0] for gene, keys in row.when.items()}
    said = recommendations(guideline, [Applied(population, lookup, row, row)], KNOWLEDGE.drugs.ingredients)
    genes = tuple(_gene(gene, mode) for gene, mode in guideline.keys.items())
    evidence = (Evidence(guideline.source.body, guideline.source.version, guideline.source.url),)
    return Finding("drug-gene", "warning", guideline.drug, genes, said, evidence)


def _gene(symbol: str, mode: str) -> GeneEvidence:
    if mode.startswith("*"):
        return GeneEvidence(symbol, asked=mode, allele_status=(f"{mode} positive",), sources=("Observation/1",))
    gene = KNOWLEDGE.genes[symbol]
    longest = max(gene.alleles, key=len)
    return GeneEvidence(symbol, diplotype=f"{longest}/{longest}", phenotype=max(gene.phenotypes, key=len), sources=("Observation/1",))


@pytest.mark.parametrize(("guideline", "number", "row"), list(every_row()), ids=lambda v: getattr(v, "id", v if isinstance(v, int) else ""))
def test_fault_H01_each_row_makes_a_whole_card(guideline: Guideline, number: int, row: Row) -> None:
    made = as_finding(guideline, row)
    said = advice(made, made.recommendations[0], messages())
    text = summary(made, messages())
    assert len(text) <= LONGEST_SUMMARY
    assert text.startswith(said.do)
    assert guideline.drug.name in said.do
    assert said.do[0].isupper()
    assert not said.do.endswith(".")
    assert said.why.endswith(".")
    assert not said.more or said.more.endswith(".")
    for part in (said.do, said.why, said.more):
        assert "{" not in part
        assert "  " not in part
    assert "<" not in detail(made, messages())


def test_no_message_is_unused() -> None:
    flows = {message for flow in KNOWLEDGE.flows.values() for message in flow.messages.values()}
    used = (
        {row.message for _, _, row in every_row()}
        | flows
        | {
            "test-before-start",
            "could-not-be-checked",
            "only-in-running-text",
            "gene-not-tested",
            "gene-without-result",
            "gene-indeterminate",
            "result-not-covered",
            "gene-result-pending",
            "gene-not-read",
        }
        | {f"tumour-{name}{ending}" for name in ("resistance", "no-benefit", "absent", "withdrawn", "class") for ending in ("", "-instead")}
        | {"tumour-untested", "tumour-not-inherited", "tumour-contradicts", "tumour-fits", "tumour-elsewhere"}
        | {rule.message for rule in KNOWLEDGE.hereditary.rules}
        | {summary.message for summary in KNOWLEDGE.hereditary.summaries}
        | {"hereditary-summary-general", "hereditary-confirm-germline"}
        | {message for plan in KNOWLEDGE.careplans.values() for message in advised_by(plan)}
        | {"care-plan"}
        | {threshold.message for risk in KNOWLEDGE.risks.values() for threshold in risk.thresholds}
        | {m.message for risk in KNOWLEDGE.risks.values() for m in risk.modifiers if m.effect == "replaces"}
    )
    assert set(messages().rows) == used


def test_a_missing_message_is_named() -> None:
    with pytest.raises(KnowledgeError, match=r"no message 'row\.nonsense'"):
        messages().row("nonsense")


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def row(name: str) -> str:
    return f'[row.{name}]\ndo = "Do {name}"\nwhy = "Because."\n'


def test_every_file_of_rows_of_the_language_is_read(tmp_path: Path) -> None:
    folder = written(tmp_path, en='[text]\nhello = "Hello"\n' + row("a"), en_rows=row("b"), en_rows_more=row("c"), de_rows=row("d"))
    found = read_messages(folder, "en")
    assert set(found.rows) == {"a", "b", "c"}
    assert found.row("c").do == "Do c"
    assert found.text("hello") == "Hello"


@pytest.mark.parametrize("first", ["en", "en_rows"])
def test_an_id_in_two_files_is_refused_and_both_are_named(first: str, tmp_path: Path) -> None:
    files = {"en": "[text]\n", "en_rows": row("b"), "en_rows_more": row("c")}
    folder = written(tmp_path, **(files | {first: files[first] + row("twice"), "en_rows_more": row("twice")}))
    with pytest.raises(KnowledgeError, match=rf"en_rows_more\.toml: 'row\.twice' stands in {first}\.toml too"):
        read_messages(folder, "en")


def test_every_population_has_words(knowledge: Knowledge) -> None:
    for guidelines in knowledge.guidelines.values():
        for guideline in guidelines:
            assert (
                open_populations(guideline, None, NOTHING_KNOWN, knowledge.clinical) or not guideline.keys
            )  # a label's rule waits until the chart says whom it concerns
            assert all(p.label for p in guideline.populations)


# ---- templates are plain, and every language is whole -----------------------------------------------------------------

BAD = ["{x.__class__}", "{x[0]}", "{x!r}", "{x:>99999999}", "{0}", "{}", "{drug", "}", "{X}", "{drug.name}", "{a b}"]


@pytest.mark.parametrize("template", BAD)
def test_security_S50_S51_a_message_with_more_than_plain_parts_is_refused(template: str, tmp_path: Path) -> None:
    texts = written(tmp_path, en=f'[text]\nhello = "Hello {template}"\n')
    with pytest.raises(KnowledgeError, match="'hello'"):
        read_messages(texts, "en")
    rows = written(tmp_path, en=f'[text]\n[row.a]\ndo = "Do"\nwhy = "Because {template}"\n')
    with pytest.raises(KnowledgeError, match=r"'row\.a\.why'"):
        read_messages(rows, "en")


def test_parts_are_plain_names() -> None:
    assert parts_in("{{7*7}} {drug} and {genes}", "x") == {"drug", "genes"}


@pytest.mark.parametrize("members", ['do = "Do"', 'do = "Do"\nwhy = 1', 'do = "Do"\nwhy = "W"\nmuch = "M"'])
def test_a_row_of_other_members_is_refused(members: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"en\.toml: 'row\.a' must have the texts do and why"):
        read_messages(written(tmp_path, en=f"[text]\n[row.a]\n{members}\n"), "en")


def test_fault_F17_what_a_language_lacks_is_told_in_english(tmp_path: Path) -> None:
    english = '[text]\nhello = "Hello {drug}"\nbye = "Bye"\n' + row("a") + row("b")
    german = '[text]\nhello = "Hallo {drug}"\n[row.a]\ndo = "Tu a"\nwhy = "Weil."\n'
    found = read_messages(written(tmp_path, en=english, de=german), "de")
    assert (found.text("hello", drug="x"), found.text("bye")) == ("Hallo x", "Bye")
    assert (found.row("a").do, found.row("b").do) == ("Tu a", "Do b")
    assert set(found.english) == {"bye", "b"}


@pytest.mark.parametrize(
    ("german", "sentence"),
    [
        ('[text]\nhallo = "Hallo"\n', "'hallo' is no id of en"),
        ('[text]\nhello = "Hallo {medikament}"\n', "'hello' has the part 'medikament', which en has not"),
        ("[text\n", r"de\.toml: cannot be read as TOML"),
    ],
)
def test_fault_F17_a_translation_that_would_fail_when_it_is_told_is_refused(german: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=sentence):
        read_messages(written(tmp_path, en='[text]\nhello = "Hello {drug}"\n', de=german), "de")


def test_a_language_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"fr\.toml: cannot be read as TOML \(FileNotFoundError\)"):
        read_messages(written(tmp_path, en='[text]\nhello = "Hello"\n'), "fr")


def test_rows_and_their_words_agree() -> None:
    agree(KNOWLEDGE, messages())


def broken(**changed: object) -> Knowledge:
    """Everything known, with the first row of clopidogrel changed."""
    several = KNOWLEDGE.guidelines["32968"]
    first = replace(several[0], rows=(replace(several[0].rows[0], **changed), *several[0].rows[1:]))  # type: ignore[arg-type]
    return replace(KNOWLEDGE, guidelines={**KNOWLEDGE.guidelines, "32968": (first, *several[1:])})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"message": "nonsense"}, r"clopidogrel\.cpic\.toml: row\[1\]: message 'nonsense' is not in cds_service/messages"),
        ({"message": "tricyclic-less", "parts": {}}, ""),
        ({"parts": {"drug": "another"}}, r"row\[1\]: parts\.drug is a name that every message has"),
    ],
)
def test_fault_F17_a_row_without_words_is_refused_before_it_is_told(changed: dict[str, object], sentence: str) -> None:
    if not sentence:
        lacking = next(name for name, said in messages().rows.items() if parts_in(said.do + said.why + said.more, name) - PARTS)
        changed, sentence = {"message": lacking, "parts": {}}, f"row\\[1\\]: message '{lacking}' asks for the part '.*'; give it in parts"
    with pytest.raises(KnowledgeError, match=sentence):
        agree(broken(**changed), messages())


def test_the_parts_that_every_message_has_are_those_that_are_filled() -> None:
    guideline, _, first = next(every_row())
    made = as_finding(guideline, replace(first, parts={}))
    assert parts_of(made, made.recommendations[0], messages()).keys() == PARTS


def test_the_texts_of_care_plans_are_those_that_rows_engines_and_cards_say() -> None:
    said = {message for plan in KNOWLEDGE.careplans.values() for message in said_by(plan)} | set(SAYS) | {CONTRADICT}
    cards = "".join(
        (Path(__file__).parents[2] / "cds_service" / name).read_text("utf-8")
        for name in ("care_card.py", "care_suggestions.py", "present.py")
    )
    texts = {name for name in messages().texts if name.startswith("care-")}
    assert said <= texts
    made = ("care-screen-", "care-target-", "care-food-", "care-head-")
    assert all(f'"{name}"' in cards or name.startswith(made) for name in texts - said)


def test_a_text_in_two_files_is_refused_and_both_are_named(tmp_path: Path) -> None:
    folder = written(tmp_path, en='[text]\nhello = "Hello"\n', en_rows_more='[text]\nhello = "Hi"\n')
    with pytest.raises(KnowledgeError, match=r"en_rows_more\.toml: 'text\.hello' stands in en\.toml too"):
        read_messages(folder, "en")


def test_every_text_that_the_edge_names_exists() -> None:
    named = set()
    for path in (Path(__file__).parents[2] / "cds_service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "words.text" and isinstance(node.args[0], ast.Constant):
                named.add(node.args[0].value)
    assert len(named) > 20
    assert named <= messages().texts.keys()
