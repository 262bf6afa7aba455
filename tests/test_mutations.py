"""Every conversation with something wrong in it, thousands of times: no 500, no other patient's fact, no invented allele."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli

from models.knowledge.types import Gene, Knowledge
from tests.support.hospital import Hospital
from tests.support.mutations import MARK, Mutant, mutant, nodes, strings
from tests.support.response_rules import problems

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "conversations"
TALKS = tomli.loads((FOLDER / "conversations.toml").read_text("utf-8"))["conversation"]
SETTINGS = {t["name"]: t.get("settings", {}) for t in TALKS}
REQUESTS = {t["name"]: (t["service"], text) for t in TALKS if (text := (FOLDER / f"{t['name']}.request.json").read_text("utf-8"))}
del REQUESTS["malformed-json"], REQUESTS["unknown-service"], REQUESTS["risk-not-offered"]  # no document to change, no service to ask
STATUSES = {200, 400, 412, 413, 415}
SCHEMA = json.loads((ROOT / "docs" / "finding.schema.json").read_text("utf-8"))
EACH, LONG_EACH = 40, 400  #: mutants of one conversation in every run, and in the long one
SHORT_FROM, LONG_FROM = 0, 1_000_000  #: first seeds, so that the long run repeats none


def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


FINDING, COVERAGE = _validator("finding"), _validator("coverage")


@pytest.fixture(scope="module")
def hospitals(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Callable[[str], Hospital]:
    """The service with a clients file, every call with a token of its own; without memory, so that each mutant stands alone.

    One for each settings that conversations ask for.
    """

    @cache
    def made(settings: tuple[tuple[str, Any], ...]) -> Hospital:
        folder = tmp_path_factory.mktemp("hospital")
        return Hospital(folder, knowledge, "calls_per_minute = 1000000\n", memory=False, **dict(settings))

    return lambda name: made(tuple(sorted(SETTINGS[name].items())))


@pytest.mark.parametrize("name", REQUESTS)
def test_mutants(name: str, hospitals: Callable[[str], Hospital], knowledge: Knowledge) -> None:
    run(name, range(SHORT_FROM, SHORT_FROM + EACH), hospitals(name), knowledge)


@pytest.mark.long
@pytest.mark.parametrize("name", REQUESTS)
def test_many_more_mutants(name: str, hospitals: Callable[[str], Hospital], knowledge: Knowledge) -> None:
    run(name, range(LONG_FROM, LONG_FROM + LONG_EACH), hospitals(name), knowledge)


def test_there_are_as_many_as_promised() -> None:
    assert len(REQUESTS) * EACH >= 2_000
    assert len(REQUESTS) * LONG_EACH >= 20_000


def run(name: str, seeds: range, hospital: Hospital, knowledge: Knowledge) -> None:
    service, text = REQUESTS[name]
    wrong = []
    for seed in seeds:
        made = mutant(text, f"{name} {seed}")
        response = hospital.ask(f"/cds-services/{service}", made.text)
        broken = broken_by(response.status_code, response.get_data(as_text=True), made, knowledge)
        wrong += [f"mutant(text, '{name} {seed}'): {made.told}: {rule}" for rule in broken]
    assert wrong == []


def broken_by(status: int, body: str, made: Mutant, knowledge: Knowledge) -> list[str]:
    """Every promise that this answer breaks."""
    found = [] if status in STATUSES else [f"status {status}"]
    if MARK in body:
        found.append("another patient's fact is told")
    answer = json.loads(body)
    if status != 200:
        return found + ([] if answer.get("resourceType") == "OperationOutcome" else ["no OperationOutcome"])
    coverage = answer["extension"]["org.precision-hooks.coverage"]
    if any(gap["reason"] == "fault" for gap in coverage.get("notChecked", ())):
        found.append("a rule broke (Gap fault)")
    findings = [card["extension"]["org.precision-hooks.finding"] for card in answer["cards"]]
    found += problems(answer)
    found += [e.message for f in findings for e in FINDING.iter_errors(f)] + [e.message for e in COVERAGE.iter_errors(coverage)]
    return found + invented(findings, made.document, knowledge)


def invented(findings: list[dict[str, Any]], document: Any, knowledge: Knowledge) -> list[str]:
    """Alleles that the answer tells and the request does not hold, by any of the names that the gene's file gives them."""
    told = {(g["gene"], allele) for f in findings for g in f.get("genes", ()) for allele in alleles_of(g)}
    if not told:
        return []
    written = [text.casefold().translate(_STARS) for text in strings(document)]
    return sorted(f"{allele} of {gene} is invented" for gene, allele in told if not holds(written, knowledge.genes[gene], allele))


def alleles_of(gene: dict[str, Any]) -> list[str]:
    """Of '*1/*2x2', '*36+*10/*1' and '*57:01 positive', the alleles."""
    diplotype = gene.get("diplotype", "")
    status = [key.partition(" ")[0] for key in gene.get("alleleStatus", ())]
    parts = [diplotype] if " (by" in diplotype else re.split(r"/|(?<=\d)\+(?=\*)", diplotype)
    return [re.sub(r"x≥?\d+$", "", part.strip()) for part in parts if part.strip()] + status


def holds(written: list[str], gene: Gene, allele: str) -> bool:
    if allele == gene.reference and VARIANT in written:
        return True  # one heterozygous variant leaves the reference on the other chromosome
    if any(code in written for code, of in gene.presence_loinc.items() if of == allele):
        return True
    if one_base := _BASE.fullmatch(allele):  # "rs9923231 C/T" holds both bases of one position
        position, base = one_base[1].casefold(), one_base[2].casefold()
        return any(position in text and base in text.replace(position, "") for text in written) or _names(gene, allele, written)
    return _names(gene, allele, written)


def _names(gene: Gene, allele: str, written: list[str]) -> bool:
    pattern = _pattern(tuple(s for s, of in gene.spellings.items() if of == allele) or (allele,))
    return any(pattern.search(text) for text in written)


@cache
def _pattern(spelled: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, blanks anywhere in it, and not the beginning of another one: *2 in '*28' or '*2A' is none."""
    apart = (r"\s*".join(re.escape(c) for c in name.casefold()) for name in spelled)
    return re.compile(
        "|".join(rf"{'' if name.startswith('*') else '(?<![0-9a-z])'}{a}(?![0-9a-wyz]|:\d)" for name, a in zip(spelled, apart, strict=True))
    )


VARIANT = "69548-6"
_STARS = str.maketrans("∗＊", "**")
_BASE = re.compile(r"(rs\d+) (?:variant|reference) \(([ACGT])\)")


def test_the_check_of_alleles_can_fail(knowledge: Knowledge) -> None:
    told = [{"genes": [{"gene": "CYP2C19", "diplotype": "*2/*17"}]}]
    assert invented(told, {"text": "CYP2C19 *2/*17"}, knowledge) == []
    assert invented(told, {"text": "CYP2C19 *28/*1", "code": "*17"}, knowledge) == ["*2 of CYP2C19 is invented"]


def test_a_seed_repeats_its_mutant_and_every_kind_of_change_comes() -> None:
    text = REQUESTS["clopidogrel-poor-metabolizer"][1]
    assert mutant(text, "7") == mutant(text, "7")
    told = " ".join(mutant(text, str(seed)).told for seed in range(300))
    for kind in ("delete", "rename", "retype", "double", "swap", "truncate", "other_code", "other_text", "of another patient"):
        assert kind in told


def test_a_stranger_stays_whole() -> None:
    text = REQUESTS["clopidogrel-poor-metabolizer"][1]
    spliced = [m for seed in range(90) if "of another patient" in (m := mutant(text, str(seed))).told]
    assert spliced
    assert all(MARK in m.text and list(nodes(m.document)) for m in spliced)
