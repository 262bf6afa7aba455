"""Genomic Observations: every shape met, every status, every value that must not be read."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.genotypes import SingleGene, read_genotypes
from models.codes import HGNC, LOINC, NCBI_GENE, Code, Concept
from models.patient import Gap, GeneResult
from tests.support.fhir_examples import observation

SINGLE = SingleGene(frozenset({"79714-2", "79715-9"}), {"57979-7": "*15:02"})
C19 = Concept((Code(HGNC, "HGNC:2621", "CYP2C19"),))


def _read(*resources: dict[str, Any]) -> tuple[tuple[GeneResult, ...], tuple[Gap, ...]]:
    read = read_genotypes(resources, SINGLE)
    return read.values, read.gaps


def _one(name: str, **changes: Any) -> GeneResult:
    results, gaps = _read(observation(name, **changes))
    assert gaps == ()
    assert len(results) == 1
    return results[0]


def _refused(*resources: dict[str, Any]) -> tuple[str, ...]:
    results, gaps = _read(*resources)
    assert results == ()
    assert all(g.origin and g.because for g in gaps)
    return tuple(g.reason for g in gaps)


def _without(name: str, member: str) -> dict[str, Any]:
    resource = observation(name)
    del resource[member]
    return resource


def _coded(code: str, system: str = LOINC, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def _gene(*codings: tuple[str, str, str], text: str = "") -> list[dict[str, Any]]:
    named = {"coding": [{"system": s, "code": c, "display": d} for s, c, d in codings], "text": text}
    return [{"code": _coded("48018-6"), "valueCodeableConcept": named}]


# --- the releases of Genomics Reporting


@pytest.mark.parametrize(
    ("name", "phenotype"),
    [
        ("stu1-metabolism", "Poor Metabolizer"),
        ("stu2-implication", "Intermediate Metabolizer"),
        ("stu2-predicted", "Ultrarapid Metabolizer"),
        ("single-gene-phenotype", "Normal Metabolizer"),
    ],
)
def test_phenotype_by_answer_code(name: str, phenotype: str) -> None:
    result = _one(name)
    assert (result.phenotype, result.diplotypes, result.callable, result.text_only) == (phenotype, (), True, False)
    assert (result.origin, result.effective, result.laboratory) == (f"Observation/{name}", "2024-03-01", "Lakeside Genetics")


def test_genotype_and_haplotype() -> None:
    assert _one("stu3-genotype").diplotypes == ("CYP2C19 *2/*2",)
    assert _one("stu3-genotype").gene == C19
    assert _one("stu3-haplotype").haplotype == "CYP2C19*2"
    assert _one("stu3-haplotype").diplotypes == ()


def test_implication_takes_the_gene_of_what_it_was_derived_from() -> None:
    results, gaps = _read(observation("stu3-implication"), observation("stu3-genotype"))
    assert gaps == ()
    implied = next(r for r in results if r.phenotype)
    assert implied.gene == C19
    assert implied.derived_from == ("Observation/stu3-genotype",)
    assert _refused(observation("stu3-implication")) == ("not_understood",)


def test_implication_of_two_genes_is_not_given_to_one() -> None:
    other = observation("stu3-genotype", id="other", component=_gene((HGNC, "HGNC:23663", "VKORC1")), valueCodeableConcept={"text": "A/A"})
    implied = observation("stu3-implication", derivedFrom=[{"reference": "Observation/stu3-genotype"}, {"reference": "Observation/other"}])
    for seen in ([implied, observation("stu3-genotype"), other], [implied, observation("stu3-genotype")]):
        results, gaps = _read(*seen)
        assert all(not r.phenotype for r in results)
        assert [g.origin for g in gaps] == ["Observation/stu3-implication"]


def test_stu3_fhir_related_is_read_as_derived_from() -> None:
    related = [
        {"type": "derived-from", "target": {"reference": "Observation/stu3-genotype"}},
        {"type": "has-member", "target": {"reference": "Observation/x"}},
    ]
    implied = _without("stu3-implication", "derivedFrom") | {"related": related}
    results, _ = _read(implied, observation("stu3-genotype"))
    assert [r.derived_from for r in results if r.phenotype] == [("Observation/stu3-genotype",)]


# --- genes


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("http://www.genenames.org", "HGNC:2621", Code(HGNC, "HGNC:2621")),
        ("http://www.genenames.org/", "2621", Code(HGNC, "2621")),
        ("http://www.genenames.org/geneId", "CYP2C19", Code(HGNC, "CYP2C19")),
        ("https://www.ncbi.nlm.nih.gov/gene", "1557", Code(NCBI_GENE, "1557")),
        ("http://www.ncbi.nlm.nih.gov/gene/", "1557", Code(NCBI_GENE, "1557")),
    ],
)
def test_gene_in_every_code_system_form(system: str, code: str, expected: Code) -> None:
    assert _one("stu3-genotype", component=_gene((system, code, "")), valueCodeableConcept={"text": "*2/*2"}).gene.codings == (expected,)


def test_gene_as_text_two_codings_or_extension() -> None:
    value = {"text": "*2/*2"}
    assert _one("stu3-genotype", component=_gene(text="CYP2C19"), valueCodeableConcept=value).gene == Concept(text="CYP2C19")
    both = _one("stu3-genotype", component=_gene((HGNC, "HGNC:2621", ""), (NCBI_GENE, "1557", "")), valueCodeableConcept=value)
    assert [c.code for c in both.gene.codings] == ["HGNC:2621", "1557"]
    url = "http://hl7.org/fhir/StructureDefinition/observation-geneticsGene"
    old = _without("stu3-genotype", "component") | {"extension": [{"url": url, "valueCodeableConcept": _coded("HGNC:2621", HGNC)}]}
    assert read_genotypes([old]).values[0].gene.codes(HGNC) == ("HGNC:2621",)


def test_gene_leading_the_diplotype() -> None:
    bare = _without("stu3-genotype", "component") | {"valueCodeableConcept": {"text": "CYP2C19*2/*2"}}
    results, gaps = _read(bare)
    assert results[0].gene == Concept(text="CYP2C19")
    assert results[0].diplotypes == ("CYP2C19*2/*2",) and gaps == ()


def test_single_gene_code_names_the_gene() -> None:
    assert _one("single-gene-diplotype").gene.codes(LOINC) == ("79714-2",)
    assert _one("single-gene-diplotype").diplotypes == ("*1/*17",)


def test_no_gene_is_a_gap() -> None:
    assert _refused(_without("stu1-metabolism", "component")) == ("not_understood",)


@pytest.mark.parametrize(
    "component",
    [
        _gene((HGNC, "HGNC:2621", "CYP2C19"), (HGNC, "HGNC:2623", "CYP2C9")),
        _gene((HGNC, "HGNC:2621", "")) + _gene((HGNC, "2623", "")),
        _gene(text="CYP2C9, VKORC1"),
    ],
)
def test_several_genes_are_a_tested_list_not_a_finding(component: list[Any]) -> None:
    assert _refused(observation("stu1-metabolism", component=component)) == ("not_understood",)


def test_gene_in_words_beside_another_gene_code_reaches_the_core() -> None:
    result = _one("stu3-genotype", valueCodeableConcept={"text": "CYP2D6*4/*4"})
    assert result.gene.codings == C19.codings
    assert result.gene.text == "CYP2D6"


# --- genotypes in every place


@pytest.mark.parametrize(
    ("value", "diplotypes"),
    [
        ({"coding": [{"system": "https://www.pharmvar.org", "code": "CYP2C9 *2/*5", "display": "*2/*5"}]}, ("CYP2C9 *2/*5", "*2/*5")),
        ({"coding": [{"system": "https://www.pharmvar.org", "code": "CYP2C9", "display": "CYP2C9 *2/*5"}]}, ("CYP2C9 *2/*5",)),
        ({"coding": [{"system": "http://www.ncbi.nlm.nih.gov/clinvar", "code": "638797", "display": "CYP2C19*2/*2"}]}, ("CYP2C19*2/*2",)),
        ({"text": "*1/*2"}, ("*1/*2",)),
        ({"text": "VKORC1 rs9923231 C/T"}, ("VKORC1 rs9923231 C/T",)),
        ({"text": "T/C"}, ("T/C",)),
        ({"text": "c.1905+1G>A heterozygous"}, ("c.1905+1G>A heterozygous",)),
        ({"coding": [{"code": "hla#3.23.0#HLA-B*15:01:01G+HLA-B*57:01:01G"}]}, ("hla#3.23.0#HLA-B*15:01:01G+HLA-B*57:01:01G",)),
        ({"coding": [{"code": "DRB1*13:AKBAR"}]}, ("DRB1*13:AKBAR",)),
    ],
)
def test_diplotype_in_code_display_and_text(value: dict[str, Any], diplotypes: tuple[str, ...]) -> None:
    assert _one("stu3-genotype", valueCodeableConcept=value).diplotypes == diplotypes


def test_fault_E14_text_alone_is_marked() -> None:
    result = _one("stu3-genotype", valueCodeableConcept=None, valueString="*1/*4")
    assert (result.diplotypes, result.text_only) == (("*1/*4",), True)
    assert not _one("stu3-genotype").text_only


@pytest.mark.parametrize("written", ["see the attached report", "CYP2C19 *2/*2. This was not confirmed.", "CYP2C19 *2/*2. CYP2D6 *4/*4."])
def test_fault_E14_a_note_that_is_not_one_result_is_only_told(written: str) -> None:
    results, gaps = _read(_without("stu3-genotype", "valueCodeableConcept") | {"note": [{"text": written}]})
    assert results == ()
    assert [g.reason for g in gaps] == ["not_understood"] and "machine readable" in gaps[0].because


def test_fault_E14_a_note_in_place_of_a_value_is_a_hint() -> None:
    noted = _without("stu3-genotype", "valueCodeableConcept") | {"note": [{"text": "CYP2C19 *2/*2, poor metabolizer"}]}
    (result,), gaps = _read(noted)
    assert (result.diplotypes, result.phenotype, gaps) == (("*2/*2",), "Poor Metabolizer", ())
    assert (result.text_only, result.prose, result.element) == (True, True, "Observation.note")


def test_a_note_beside_a_value_is_not_read() -> None:
    result = _one("stu3-genotype", note=[{"text": "CYP2C19 *1/*1"}])
    assert (result.diplotypes, result.prose) == (("CYP2C19 *2/*2",), False)


@pytest.mark.parametrize("written", ["*2/*2 Poor Metabolizer", "*2/*2 (Poor Metabolizer)"])
def test_genotype_with_its_phenotype(written: str) -> None:
    for name in ("stu3-genotype", "single-gene-diplotype"):
        result = _one(name, valueCodeableConcept={"text": written})
        assert (result.diplotypes, result.phenotype, result.phenotype_text) == (("*2/*2",), "Poor Metabolizer", written)


def test_single_gene_code_with_phenotype_in_words() -> None:
    result = _one("single-gene-phenotype", valueCodeableConcept={"text": "Extensive metaboliser"})
    assert (result.phenotype, result.phenotype_text) == ("Normal Metabolizer", "Extensive metaboliser")


# --- conflicts and things not understood


@pytest.mark.parametrize(
    "value",
    [
        _coded("LA9657-3", display="Normal metabolizer"),
        {**_coded("LA9657-3"), "text": "Ultrarapid metabolizer"},
        _coded("LA6682-4", display="Poor metabolizer"),
        _coded("LA9657-3", display="Indeterminate"),
    ],
)
def test_fault_E24_code_against_display(value: dict[str, Any]) -> None:
    assert _refused(observation("stu1-metabolism", valueCodeableConcept=value)) == ("conflict",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stu1-metabolism", {**_coded("LA9657-3"), "text": "Not a poor metabolizer"}),
        ("stu3-haplotype", {**_coded("CYP2C19*2", "https://www.pharmvar.org"), "text": "CYP2C19*2 was not found"}),
        ("stu3-genotype", {**_coded("CYP2C19*2/*2", "https://www.pharmvar.org"), "text": "*2/*2 excluded"}),
    ],
)
def test_fault_E24_words_that_may_turn_a_code_round(name: str, value: dict[str, Any]) -> None:
    assert _refused(observation(name, valueCodeableConcept=value)) == ("conflict",)


def test_other_words_beside_a_code_do_not_hide_it() -> None:
    value = {**_coded("LA9657-3"), "text": "Reduced effect of clopidogrel; do not use"}
    assert _one("stu1-metabolism", valueCodeableConcept=value).phenotype == "Poor Metabolizer"


def test_words_may_refine_a_code() -> None:
    value = {**_coded("LA10317-8", display="Intermediate metabolizer"), "text": "Likely intermediate metabolizer"}
    assert _one("stu1-metabolism", valueCodeableConcept=value).phenotype == "Likely Intermediate Metabolizer"


@pytest.mark.parametrize("code", ["LA19541-4", "LA6676-6", "LA0000-0", "LA9661-5"])
def test_risk_and_tumour_answers_are_no_phenotype(code: str) -> None:
    assert _refused(observation("stu1-metabolism", valueCodeableConcept=_coded(code))) == ("not_understood",)


@pytest.mark.parametrize("written", ["Not a poor metabolizer", "High activity", "see report", "intermediate to poor metabolizer"])
def test_other_words_are_no_phenotype(written: str) -> None:
    assert _refused(observation("stu1-metabolism", valueCodeableConcept={"text": written})) == ("not_understood",)


def test_a_component_not_understood_is_told_beside_the_result() -> None:
    more = [{"code": _coded("53040-2"), "valueCodeableConcept": _coded("LA19541-4")}]
    results, gaps = _read(observation("stu3-genotype", component=observation("stu3-genotype")["component"] + more))
    assert results[0].diplotypes == ("CYP2C19 *2/*2",)
    assert [g.reason for g in gaps] == ["not_understood"] and "component" in gaps[0].because


def test_two_components_that_differ() -> None:
    parts = [{"code": _coded("53040-2"), "valueCodeableConcept": _coded(code)} for code in ("LA9657-3", "LA25391-6")]
    assert _refused(observation("stu2-implication", component=_gene((HGNC, "HGNC:2621", "")) + parts)) == ("conflict",)


@pytest.mark.parametrize("extra", [{"valueString": "*1/*1"}, {"dataAbsentReason": {"text": "x"}}])
def test_two_values_are_a_conflict(extra: dict[str, Any]) -> None:
    assert _refused(observation("stu3-genotype", **extra)) == ("conflict",)


@pytest.mark.parametrize("value", [{"valueQuantity": {"value": 2}}, {"valueBoolean": True}, {"valueInteger": 0}])
def test_values_of_other_types_are_not_understood(value: dict[str, Any]) -> None:
    assert _refused(_without("stu3-genotype", "valueCodeableConcept") | value) == ("not_understood",)


def test_fault_E23_right_code_with_a_wrong_or_no_system() -> None:
    for coding in ({"code": "84413-4"}, {"system": "http://example.org/local", "code": "84413-4"}):
        assert _refused(observation("stu3-genotype", code={"coding": [coding]})) == ("not_understood",)
    oid = {"system": "urn:oid:2.16.840.1.113883.6.1", "code": "84413-4"}
    assert _one("stu3-genotype", code={"coding": [oid]}).diplotypes == ("CYP2C19 *2/*2",)


def test_a_modifier_extension_is_not_read_past() -> None:
    assert _refused(observation("stu3-genotype", modifierExtension=[{"url": "http://example.org/negated", "valueBoolean": True}])) == (
        "not_understood",
    )


@pytest.mark.parametrize("written", ["*1/*2", "*1 or *2"])
def test_a_haplotype_is_one_allele(written: str) -> None:
    value = {"coding": [{"code": "*2", "display": written}]} if " " in written else {"text": written}
    assert _refused(observation("stu3-haplotype", valueCodeableConcept=value)) == ("not_understood",)


# --- status


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_fault_E01_withdrawn_results_leave_no_trace(status: str) -> None:
    assert _read(observation("entered-in-error", status=status)) == ((), ())


def test_fault_E01_what_rests_on_a_withdrawn_result_is_not_used() -> None:
    assert _refused(observation("stu3-genotype", status="entered-in-error"), observation("stu3-implication")) == ("not_understood",)


@pytest.mark.parametrize("status", ["preliminary", "registered"])
def test_fault_E02_unfinished_results_keep_their_status(status: str) -> None:
    assert _one("preliminary", status=status).status == status


def test_fault_E03_amended_and_corrected_are_kept_and_newer_versions_replace_older() -> None:
    assert _one("amended").status == "amended"
    old = observation(
        "amended", status="final", valueCodeableConcept={"text": "*2/*2"}, meta={"versionId": "1", "lastUpdated": "2024-01-01"}
    )
    new = observation("amended", meta={"versionId": "2", "lastUpdated": "2024-02-01"})
    for order in ((old, new), (new, old)):
        results, _ = _read(*order)
        assert [(r.status, r.diplotypes) for r in results] == [("amended", ("CYP2C19 *1/*2",))]


def test_fault_C19_versions_that_cannot_be_ordered_both_stay() -> None:
    results, _ = _read(observation("amended"), observation("amended", valueCodeableConcept={"text": "*2/*2"}))
    assert len(results) == 2


def test_fault_E01_one_withdrawn_version_of_unknown_age_withdraws_all() -> None:
    assert _refused(observation("stu3-genotype"), observation("stu3-genotype", status="entered-in-error")) == ("conflict",)


def test_fault_E04_exact_duplicates_are_one_result() -> None:
    assert len(_read(observation("stu3-genotype"), observation("stu3-genotype"))[0]) == 1


@pytest.mark.parametrize("status", [None, "unknown", "FINAL", 7, ""])
def test_an_unknown_status_is_never_final(status: Any) -> None:
    assert _one("stu3-genotype", status=status).status == "unknown"


# --- no result


def test_fault_E08_data_absent_reason() -> None:
    result = _one("no-call")
    assert (result.callable, result.diplotypes) == (False, ())
    assert "no result" in result.because


@pytest.mark.parametrize(
    "value", [_coded("LA18198-4"), {"text": "No call"}, {"text": "Not tested"}, {"text": "Indeterminate"}, _coded("LA6682-4")]
)
def test_fault_E08_values_that_say_no_result(value: dict[str, Any]) -> None:
    for name in ("stu3-genotype", "stu1-metabolism", "single-gene-phenotype", "hla-present"):
        result = _one(name, valueCodeableConcept=value)
        assert (result.callable, result.diplotypes, result.phenotype, result.present) == (False, (), "", None)


# --- source class


def test_fault_E15_tumour_results_are_marked() -> None:
    assert _one("somatic").source_class == "somatic"
    assert _one("stu3-genotype").source_class == ""
    germline = {"code": _coded("48002-0"), "valueCodeableConcept": _coded("LA6683-2")}
    assert _one("stu3-genotype", component=[*_gene((HGNC, "HGNC:2621", "")), germline]).source_class == "germline"


@pytest.mark.parametrize("value", [_coded("LA10429-1", display="Fetal"), {"text": "tissue"}])
def test_fault_E15_another_source_is_not_used(value: dict[str, Any]) -> None:
    source = {"code": _coded("48002-0"), "valueCodeableConcept": value}
    assert _refused(observation("stu3-genotype", component=[*_gene((HGNC, "HGNC:2621", "")), source])) == ("not_understood",)


# --- presence

SNOMED = "http://snomed.info/sct"
PRESENT: list[dict[str, Any]] = [
    {"valueCodeableConcept": _coded("LA9633-4")},
    {"valueCodeableConcept": _coded("LA6576-8")},
    {"valueCodeableConcept": _coded("10828004", SNOMED)},
    {"valueCodeableConcept": _coded("260373001", "urn:oid:2.16.840.1.113883.6.96")},
    {"valueCodeableConcept": {"text": "Positive"}},
    {"valueString": "DETECTED"},
    {"valueString": "HLA-B*15:02 positive"},
    {"valueBoolean": True},
    {"interpretation": [_coded("POS", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation")]},
]
ABSENT: list[dict[str, Any]] = [
    {"valueCodeableConcept": _coded("LA9634-2")},
    {"valueCodeableConcept": _coded("LA6577-6")},
    {"valueCodeableConcept": _coded("260385009", SNOMED)},
    {"valueCodeableConcept": _coded("260415000", SNOMED)},
    {"valueCodeableConcept": {"text": "Not detected"}},
    {"valueString": "negative"},
    {"valueBoolean": False},
    {"interpretation": _coded("NEG", "http://hl7.org/fhir/v2/0078")},
]
UNRESOLVED: list[dict[str, Any]] = [
    {},
    {"valueString": "see report"},
    {"valueString": "not positive"},
    {"valueString": "see report", "interpretation": [_coded("POS")]},
    {"valueQuantity": {"value": 1}},
    {"valueInteger": 1},
    {"valueBoolean": "false"},
    {"interpretation": [_coded("A")]},
    {"interpretation": [_coded("POS"), _coded("NEG")]},
]
CONTRADICTING: list[dict[str, Any]] = [
    {"valueCodeableConcept": _coded("LA9634-2", display="Present")},
    {"valueBoolean": False, "interpretation": [_coded("POS")]},
    {"valueCodeableConcept": _coded("LA9633-4"), "interpretation": [_coded("NEG")]},
    {"valueString": "HLA-B*57:01 positive"},
    {"valueBoolean": True, "code": _coded("57979-7", display="HLA-B*57:01 [Presence]")},
]


def _presence(changes: dict[str, Any]) -> dict[str, Any]:
    return _without("hla-present", "valueCodeableConcept") | changes


@pytest.mark.parametrize(("changes", "present"), [(c, True) for c in PRESENT] + [(c, False) for c in ABSENT])
def test_fault_E18_presence(changes: dict[str, Any], present: bool) -> None:
    results, gaps = _read(_presence(changes))
    assert gaps == ()
    assert [(r.present, r.callable, r.gene.codes(LOINC)) for r in results] == [(present, True, ("57979-7",))]


def test_fault_E18_examples() -> None:
    assert _one("hla-present").present is True
    assert _one("hla-absent").present is False


@pytest.mark.parametrize("changes", UNRESOLVED)
def test_fault_E18_unresolved(changes: dict[str, Any]) -> None:
    assert _refused(_presence(changes)) == ("not_understood",)


@pytest.mark.parametrize("changes", CONTRADICTING)
def test_fault_E18_contradiction(changes: dict[str, Any]) -> None:
    assert _refused(_presence(changes)) == ("conflict",)


def test_fault_E18_negative_allele_in_a_genotype_is_not_positive() -> None:
    result = _one("stu3-genotype", component=_gene(text="HLA-B"), valueCodeableConcept={"text": "HLA-B*57:01 not detected"})
    assert (result.present, result.presence_of, result.diplotypes) == (False, "HLA-B*57:01", ())


@pytest.mark.parametrize("name", ["stu3-genotype", "hla-present", "single-gene-diplotype"])
@pytest.mark.parametrize(
    "written",
    [
        "No HLA-B*15:02 detected",
        "HLA-B*15:02 was not found",
        "HLA-B*15:02 negative, HLA-B*57:01 positive",
        "CYP2C19*2 positive",
        "*2/*2 excluded",
        "No variants detected",
    ],
)
def test_fault_E18_words_that_may_turn_a_genotype_round(name: str, written: str) -> None:
    assert set(_refused(observation(name, valueCodeableConcept={"text": written}))) <= {"not_understood", "conflict"}


def test_a_word_before_a_star_is_no_gene_unless_it_is_written_like_one() -> None:
    assert _one("stu3-genotype", valueCodeableConcept={"text": "Heterozygous *2"}).gene == C19


def test_typing_under_a_presence_code_is_handed_on() -> None:
    result = _one("hla-present", valueCodeableConcept={"text": "HLA-B*15:02:01/*07:02"})
    assert (result.present, result.diplotypes) == (None, ("HLA-B*15:02:01/*07:02",))


# --- groups


def test_a_group_whose_members_came_is_not_told() -> None:
    group = observation("core-group", hasMember=[{"reference": "Observation/stu3-genotype"}])
    results, gaps = _read(group, observation("stu3-genotype"))
    assert [r.origin for r in results] == ["Observation/stu3-genotype"] and gaps == ()


def test_a_group_in_stu3_style_whose_member_did_not_come_is_told() -> None:
    group = _without("core-group", "hasMember") | {
        "related": [
            {"type": "has-member", "target": {"reference": "Observation/x"}},
            {"type": "derived-from", "target": {"reference": "Observation/y"}},
        ]
    }
    _, gaps = _read(group)
    assert [(g.reason, g.because[:1]) for g in gaps] == [("unavailable", "1")]


def test_a_group_with_a_result_of_its_own_is_read() -> None:
    part = {"code": _coded("84413-4"), "valueCodeableConcept": {"text": "*2/*2"}}
    [result] = _read(observation("core-group", component=[*_gene((HGNC, "HGNC:2621", "")), part]))[0]
    assert result.diplotypes == ("*2/*2",)


# --- core extensions


def test_r4_alleles_inside_an_extension_of_their_own() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/observation-genetics"
    alleles = [{"url": f"{url}Allele", "extension": [{"url": "Name", "valueCodeableConcept": {"text": name}}]} for name in ("*2", "*17")]
    gene = {"url": f"{url}Gene", "valueCodeableConcept": _coded("HGNC:2621", HGNC)}
    result = read_genotypes([_without("core-alleles", "extension") | {"extension": [gene, *alleles]}]).values[0]
    assert (result.diplotypes, result.text_only) == (("*2/*17",), True)


def test_an_interpretation_by_reference_is_read_where_it_stands() -> None:
    whole = observation("core-alleles")
    whole["extension"][-1] = {"url": whole["extension"][-1]["url"], "valueReference": {"reference": "Observation/other"}}
    [result] = read_genotypes([whole]).values
    assert (result.diplotypes, result.phenotype) == (("CYP2C9*2/CYP2C9*3",), "")


def test_an_interpretation_without_a_gene_takes_it_from_the_result_that_names_it() -> None:
    whole = observation("core-alleles")
    told = _without("stu1-metabolism", "component")
    whole["extension"][-1] = {"url": whole["extension"][-1]["url"], "valueReference": {"reference": "Observation/stu1-metabolism"}}
    results, gaps = _read(whole, told)
    assert gaps == ()
    assert [(r.phenotype, r.gene.codes(HGNC), r.derived_from) for r in results if r.phenotype] == [
        ("Poor Metabolizer", ("HGNC:2623",), ("Observation/core-alleles",))
    ]
    withdrawn, gaps = _read({**whole, "status": "entered-in-error"}, told)
    assert withdrawn == () and [g.reason for g in gaps] == ["not_understood"]


def test_an_interpretation_that_contradicts_is_a_conflict() -> None:
    whole = observation("core-alleles", valueCodeableConcept={"text": "Normal metabolizer"})
    assert _refused(whole) == ("conflict",)


# --- scores


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ({"valueQuantity": {"value": 1.25}}, "1.25"),
        ({"valueQuantity": {"value": 3, "comparator": ">="}}, "≥3"),
        ({"valueQuantity": {"value": 3, "comparator": "<"}}, ""),
        ({"valueQuantity": {"value": None}}, ""),
        ({"valueQuantity": {"value": True}}, ""),
        ({"valueString": "1,5"}, "1.5"),
        ({"valueString": "≥ 3.0"}, "≥3.0"),
        ({"valueString": "about 1"}, ""),
        ({"valueInteger": 2}, "2"),
        ({}, ""),
    ],
)
def test_activity_scores_as_written(value: dict[str, Any], score: str) -> None:
    code = {"coding": [{"system": "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes", "code": "activity-score"}]}
    assert _one("single-gene-diplotype", component=[{"code": code, **value}]).activity_score == score


def test_two_scores_that_differ_are_none() -> None:
    code = {"coding": [{"system": "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs", "code": "activity-score"}]}
    parts = [{"code": code, "valueInteger": value} for value in (1, 2)]
    assert _one("single-gene-diplotype", component=parts).activity_score == ""


def test_how_it_was_tested_is_kept_as_written() -> None:
    assert _one("stu3-genotype", method={"text": "Genotyping of *2, *3 and *17"}).method == "Genotyping of *2, *3 and *17"
    assert _one("stu3-genotype").method == ""
