"""Variants as laboratories report them: what must come out of each shape, and what must not."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.sequences import OLD_SEQUENCES, SEQUENCES
from fhir_mappings.variants import read_variants, variants_input
from models.features.variants import protein_changes
from models.patient import Gap
from models.variant import Place, Variant
from tests.support.shipped import shipped

Json = dict[str, Any]
LOINC = "http://loinc.org"
PRESENT, ABSENT, NO_CALL = "LA9633-4", "LA9634-2", "LA18198-4"
HGNC = "http://www.genenames.org/geneId"


def coded(code: str, system: str = LOINC, display: str = "") -> Json:
    return {"coding": [{"system": system, "code": code} | ({"display": display} if display else {})]}


def part(code: str, value: Any, kind: str = "valueCodeableConcept", system: str = LOINC) -> Json:
    return {"code": coded(code, system), kind: value}


def gene(hgnc: str, symbol: str) -> Json:
    return part("48018-6", coded(hgnc, HGNC, symbol))


def variant(*components: Json, value: Any = PRESENT, **members: Any) -> Json:
    made = {
        "resourceType": "Observation",
        "id": "v",
        "status": "final",
        "code": coded("69548-6"),
        "subject": {"reference": "Patient/pat-1"},
        "component": list(components),
    }
    if value is not None:
        made["valueCodeableConcept"] = coded(value) if isinstance(value, str) else value
    return made | members


def one(*components: Json, **members: Any) -> Variant:
    found: tuple[Variant, ...] = read_variants([variant(*components, **members)]).values
    assert len(found) == 1
    return found[0]


def gaps(*components: Json, **members: Any) -> tuple[Gap, ...]:
    return read_variants([variant(*components, **members)]).gaps


BRAF = gene("HGNC:1097", "BRAF")


def test_every_part_of_a_variant() -> None:
    found = one(
        BRAF,
        part("51958-7", coded("NM_004333.6", "http://www.ncbi.nlm.nih.gov/refseq")),
        part("48004-6", coded("NM_004333.6:c.1799T>A", "http://varnomen.hgvs.org")),
        part("48005-3", coded("NP_004324.2:p.Val600Glu", "http://varnomen.hgvs.org")),
        part("81290-9", coded("NC_000007.14:g.140753336A>T", "http://varnomen.hgvs.org")),
        part("81252-9", coded("13961", "http://www.ncbi.nlm.nih.gov/clinvar")),
        part("62374-4", coded("LA26806-2")),
        part("48013-7", coded("NC_000007.14")),
        part("69547-8", "A", "valueString"),
        part("69551-0", "T", "valueString"),
        part("81254-5", {"low": {"value": 140753336}, "high": {"value": 140753336}}, "valueRange"),
        part("92822-6", coded("LA30102-0")),
        part("53034-5", coded("LA6706-1")),
        part("48002-0", coded("LA6684-0")),
        part("81258-6", {"value": 0.48, "code": "1", "system": "http://unitsofmeasure.org"}, "valueQuantity"),
        part("82121-5", {"value": 812}, "valueQuantity"),
        part("48019-4", coded("LA9658-1")),
        part("53037-8", coded("LA6668-3")),
        part("81259-4", coded("254637007", "http://snomed.info/sct", "NSCLC")),
        effectiveDateTime="2025-02-03",
        performer=[{"display": "Example Laboratory"}],
    )
    assert (found.state, found.element) == ("present", "Observation.valueCodeableConcept")
    assert [g.label for g in found.genes] == ["BRAF"]
    assert found.transcript == "NM_004333.6"
    assert (found.coding, found.protein) == (("NM_004333.6:c.1799T>A",), ("NP_004324.2:p.Val600Glu",))
    assert found.genomic == ("NC_000007.14:g.140753336A>T",)
    assert [(c.system, c.code) for c in found.ids] == [("http://www.ncbi.nlm.nih.gov/clinvar", "13961")]
    assert found.place == Place("NC_000007.14", "GRCh38", "", 140753336, 140753336, 1, "A", "T")
    assert (found.zygosity, found.source_class) == ("heterozygous", "somatic")
    assert (found.allele_fraction, found.depth) == (0.48, 812)
    assert [c.codings[0].code for c in (found.change, *found.significance, *found.phenotypes)] == ["LA9658-1", "LA6668-3", "254637007"]
    assert (found.effective, found.laboratory, found.origin) == ("2025-02-03", "Example Laboratory", "Observation/v")


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (PRESENT, "present"),
        (ABSENT, "absent"),
        (NO_CALL, "no-call"),
        ("LA11884-6", "no-call"),
        (coded("260415000", "http://snomed.info/sct", "Not detected"), "absent"),
        ({"text": "Detected"}, "present"),
        ({"text": "not detected"}, "absent"),
    ],
)
def test_found_not_found_and_not_called(value: Any, state: str) -> None:
    assert one(BRAF, value=value).state == state
    assert gaps(BRAF, value=value) == ()


def test_without_a_value_its_interpretation_tells() -> None:
    assert one(BRAF, value=None, interpretation=[coded("POS")]).state == "present"
    assert one(BRAF, value=None, interpretation=[coded("NEG")]).state == "absent"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"value": None}, "not_understood"),
        ({"value": {"text": "a surprise"}}, "not_understood"),
        ({"value": coded(PRESENT, display="Absent")}, "conflict"),
        ({"value": PRESENT, "interpretation": [coded("NEG")]}, "conflict"),
    ],
)
def test_what_does_not_say_so_is_unknown_and_told(members: Json, reason: str) -> None:
    assert one(BRAF, **members).state == "unknown"
    assert {g.reason for g in gaps(BRAF, **members)} == {reason}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_fault_E01_a_withdrawn_variant_leaves_no_trace(status: str) -> None:
    read = read_variants([variant(BRAF, status=status)])
    assert (read.values, read.gaps) == ((), ())


def test_a_modifier_keeps_it_from_being_used() -> None:
    read = read_variants([variant(BRAF, modifierExtension=[{"url": "x"}])])
    assert read.values == ()
    assert [g.reason for g in read.gaps] == ["not_understood"]


@pytest.mark.parametrize(
    "components",
    [
        pytest.param((part("69547-8", "A", "valueString"), part("69551-0", "A", "valueString")), id="the same bases"),
        pytest.param((part("48019-4", coded("SO:0002073", "http://sequenceontology.org")),), id="no sequence alteration"),
        pytest.param((part("48004-6", coded("NM_000769.4:c.681=", "http://varnomen.hgvs.org")),), id="a name with ="),
        pytest.param((part("48006-1", coded("SO:0002073", "http://sequenceontology.org")),), id="as a consequence"),
    ],
)
def test_trap_1_wild_type_that_is_reported_as_present(components: tuple[Json, ...]) -> None:
    assert one(gene("HGNC:2621", "CYP2C19"), *components).state == "reference"


def test_a_silent_protein_change_is_a_variant_all_the_same() -> None:
    assert one(part("48005-3", coded("p.Arg175=", "http://varnomen.hgvs.org"))).state == "present"


def test_trap_3_a_code_and_a_display_that_differ_are_both_kept() -> None:
    found = one(gene("HGNC:7989", "KIT"))  # 7989 is NRAS
    assert [(c.code, c.display) for g in found.genes for c in g.codings] == [("HGNC:7989", "KIT")]


def test_trap_4_a_coding_name_in_the_genomic_slot_is_read_as_what_it_is_and_told() -> None:
    wrong = part("81290-9", coded("NM_005157.6:c.1076T>G", "http://varnomen.hgvs.org"))
    found = one(gene("HGNC:76", "ABL1"), wrong)
    assert (found.coding, found.genomic) == (("NM_005157.6:c.1076T>G",), ())
    assert [(g.reason, "component[1]" in g.because) for g in gaps(gene("HGNC:76", "ABL1"), wrong)] == [("conflict", True)]


@pytest.mark.parametrize("written", ["NM_024531.4:c.9163>A p.(Gly306Arg)", "exon 19 deletion", "see report"])
def test_trap_5_names_that_are_no_single_name_are_told_and_not_read(written: str) -> None:
    bad = part("48004-6", coded(written, "http://varnomen.hgvs.org"))
    found = one(bad)
    assert (found.coding, found.protein, found.genomic, found.ids, found.text) == ((), (), (), (), "")
    assert [g.because.split(" is ")[0] for g in gaps(bad)] == ["Observation.component[0].value"]


def test_trap_6_spdi_without_a_gene() -> None:
    found = one(part("81252-9", coded("NC_000007.14:140753335:A:T", "https://api.ncbi.nlm.nih.gov/variation/v0/")))
    assert found.genes == ()
    assert [c.code for c in found.ids] == ["NC_000007.14:140753335:A:T"]


def test_trap_7_absent_for_several_genes_at_once() -> None:
    not_found = {"coding": [*coded(ABSENT)["coding"], *coded("260415000", "http://snomed.info/sct", "Not detected")["coding"]]}
    found = one(BRAF, gene("HGNC:7989", "NRAS"), gene("HGNC:6407", "KRAS"), value=not_found)
    assert (found.state, len(found.genes)) == ("absent", 3)


@pytest.mark.parametrize("code", ["36908-2", "53041-0"])
def test_trap_8_a_list_of_tested_genes_is_no_variant(code: str) -> None:
    tested = variant(BRAF) | {"code": coded(code)}
    wanted = variants_input()
    assert not any((c["system"], c["code"]) in wanted.codes for c in tested["code"]["coding"])
    assert all(g.reason == "not_understood" for g in gaps(part(code, coded("HGNC:1100", HGNC, "BRCA1"))))
    assert one(part(code, coded("HGNC:1100", HGNC, "BRCA1"))).genes == ()


@pytest.mark.parametrize("copies", [0, 0.0, 3])
def test_trap_9_no_copies_are_a_number(copies: float) -> None:
    found = one(gene("HGNC:11117", "SMN1"), part("82155-3", {"value": copies, "code": "1"}, "valueQuantity"))
    assert found.copy_number == copies
    assert found.copy_number is not None


def test_trap_10_a_fusion_names_two_genes_in_any_order() -> None:
    alk, eml4 = gene("HGNC:427", "ALK"), gene("HGNC:1316", "EML4")
    assert {g.label for g in one(alk, eml4).genes} == {g.label for g in one(eml4, alk).genes} == {"ALK", "EML4"}


def test_trap_11_a_gain_in_the_consequence_alone() -> None:
    found = one(
        gene("HGNC:3430", "ERBB2"),
        part("molecular-consequence", coded("SO:0001742", "http://sequenceontology.org", "copy number gain"), system="http://x/TbdCodes"),
    )
    assert [c.codings[0].code for c in found.consequence] == ["SO:0001742"]
    assert found.copy_number is None


@pytest.mark.parametrize(
    ("quantity", "fraction"),
    [
        ({"value": 0.48}, 0.48),
        ({"value": 47, "unit": "%"}, 0.47),
        ({"value": 47, "code": "%", "system": "http://unitsofmeasure.org"}, 0.47),
        ({"value": 0.15, "unit": "decimal"}, 0.15),
        ({"value": 1}, 1.0),
        ({"value": 0, "unit": "%"}, 0.0),
        ({"value": 47}, None),
        ({"value": 147, "unit": "%"}, None),
        ({"value": 0.4, "unit": "mg"}, None),
        ({"value": -0.1}, None),
        ({"value": 0.4, "comparator": "<"}, None),
        ({"value": "0.4"}, None),
    ],
)
def test_fault_E29_a_fraction_without_its_scale_is_none(quantity: Json, fraction: float | None) -> None:
    component = part("81258-6", quantity, "valueQuantity")
    assert one(component).allele_fraction == fraction
    assert bool(gaps(component)) == (fraction is None)


@pytest.mark.parametrize(
    ("code", "zygosity"),
    [
        ("LA6705-3", "homozygous"),
        ("LA6706-1", "heterozygous"),
        ("LA6707-9", "hemizygous"),
        ("LA6703-8", "heteroplasmic"),
        ("LA6704-6", "homoplasmic"),
    ],
)
def test_allelic_states(code: str, zygosity: str) -> None:
    assert one(part("53034-5", coded(code))).zygosity == zygosity


def test_an_answer_that_is_not_known_is_told_with_its_place() -> None:
    for code in ("53034-5", "62374-4", "92822-6"):
        assert [g.because for g in gaps(BRAF, part(code, {"text": "?"}))] == [
            "Observation.component[1].value is no answer that is known for it"
        ]


def test_contradicting_components_are_told_and_neither_is_used() -> None:
    both = (part("53034-5", coded("LA6705-3")), part("53034-5", coded("LA6706-1")))
    assert one(*both).zygosity == ""
    assert [g.reason for g in gaps(*both)] == ["conflict"]


def test_a_component_that_is_not_known_is_told_and_those_that_change_nothing_are_not() -> None:
    assert [g.because for g in gaps(BRAF, part("99999-9", {"text": "x"}))] == ["Observation.component[1].code is none that is read here"]
    assert gaps(BRAF, part("93044-6", {"text": "Tier I"}), part("48001-2", {"text": "7q34"})) == ()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (coded("LA6683-2"), "germline"),
        (coded("LA6684-0"), "somatic"),
        ({"text": "Likely somatic"}, "somatic"),
        ({"text": "Donor"}, "donor"),
        ({"text": "unknown origin"}, "unclear"),
    ],
)
def test_fault_E16_the_source_is_kept_and_never_guessed(stated: Json, expected: str) -> None:
    assert one(part("48002-0", stated)).source_class == expected
    assert bool(gaps(part("48002-0", stated))) == (expected == "unclear")


def test_a_title_as_clinvar_writes_it() -> None:
    found = one(part("81252-9", coded("13961", "http://www.ncbi.nlm.nih.gov/clinvar", "NM_004333.6(BRAF):c.1799T>A (p.Val600Glu)")))
    assert (found.coding, found.protein) == (("NM_004333.6:c.1799T>A",), ("p.Val600Glu",))
    assert [c.code for c in found.ids] == ["13961"]


def test_a_name_in_words_alone_is_kept_as_words() -> None:
    assert one(part("81252-9", {"text": "EGFR exon 19 deletion"})).text == "EGFR exon 19 deletion"


def test_dbsnp_in_the_component_of_stu1() -> None:
    assert [c.code for c in one(part("81255-2", coded("rs4244285", "http://www.ncbi.nlm.nih.gov/projects/SNP"))).ids] == ["rs4244285"]


def test_chromosomes_by_words_and_places_without_counting() -> None:
    assert one(part("48000-4", {"text": "Chromosome 7"})).place.chromosome == "7"
    assert one(part("48000-4", coded("LA21260-7", display="chrX"))).place.chromosome == "X"
    assert one(part("48000-4", {"text": "7 or 8"})).place.chromosome == ""
    assert one(part("81254-5", {"low": {"value": 5}}, "valueRange")).place == Place(start=5)
    assert gaps(part("81254-5", {"low": {"value": 5.5}}, "valueRange"))[0].because.endswith("no range of whole numbers")


def test_the_extensions_of_the_r4_core() -> None:
    base = "http://hl7.org/fhir/StructureDefinition/observation-genetics"
    told = [
        {"url": base + "Gene", "valueCodeableConcept": coded("HGNC:3236", HGNC, "EGFR")},
        {"url": base + "Variant", "valueCodeableConcept": {"text": "NM_005228.5:c.2573T>G"}},
        {"url": base + "AminoAcidChange", "valueCodeableConcept": {"text": "p.Leu858Arg"}},
        {"url": base + "GenomicSourceClass", "valueCodeableConcept": coded("LA6684-0")},
        {"url": base + "Interpretation", "valueCodeableConcept": {"text": "Pathogenic"}},
    ]
    found = one(extension=told)
    assert [g.label for g in found.genes] == ["EGFR"]
    assert (found.coding, found.protein, found.source_class) == (("NM_005228.5:c.2573T>G",), ("p.Leu858Arg",), "somatic")
    assert [s.label for s in found.significance] == ["Pathogenic"]


def test_a_service_reads_the_variants_of_its_genes_alone_and_those_that_name_none() -> None:
    wanted = variants_input(shipped())
    spdi = variant(part("81252-9", coded("NC_000010.11:94781858:G:A", "https://api.ncbi.nlm.nih.gov/variation/v0/")), id="s")
    other = gene("HGNC:12435", "TYMP")
    read = wanted.read(
        [
            variant(other, id="a"),
            variant(BRAF, id="b"),
            variant(gene("HGNC:2621", "CYP2C19"), id="c"),
            variant(gene("2621", "other"), id="d"),
            spdi,
        ]
    )
    assert [v.origin for v in read.values] == ["Observation/b", "Observation/c", "Observation/d", "Observation/s"]
    assert read.gaps == ()


def test_a_variant_as_mcode_sends_it() -> None:
    """mCODE's profile: category, method and specimen beside the same components, the name once as HGVS and once as ClinVar's title."""
    found = one(
        BRAF,
        part("48005-3", coded("p.Val600Glu", "http://varnomen.hgvs.org", "NP_004324.2:p.(Val600Glu)")),
        part("81252-9", coded("13961", "http://www.ncbi.nlm.nih.gov/clinvar", "NM_004333.6(BRAF):c.1799T>A (p.Val600Glu)")),
        part("48002-0", coded("LA6684-0", display="Somatic")),
        meta={"profile": ["http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-genomic-variant"]},
        category=[coded("laboratory", "http://terminology.hl7.org/CodeSystem/observation-category")],
        method=coded("LA26398-0", display="Sequencing"),
        specimen={"reference": "Specimen/tumour-1"},
    )
    assert (found.state, found.source_class) == ("present", "somatic")
    assert (found.protein, found.coding) == (("p.Val600Glu",), ("NM_004333.6:c.1799T>A",))
    assert protein_changes(found) == {"V600E"}


def test_a_variant_of_the_emerge_reports_is_wild_type() -> None:
    """Present by its value, and by its change type nothing but the reference."""
    reported = one(
        gene("HGNC:2621", "CYP2C19"),
        part("48004-6", coded("NM_000769.1:c.681G=", "http://varnomen.hgvs.org")),
        part("69547-8", "G", "valueString"),
        part("69551-0", "G", "valueString"),
        part("48019-4", coded("SO:0002073", "http://sequenceontology.org", "no_sequence_alteration")),
    )
    assert reported.state == "reference"


def test_the_order_of_components_changes_nothing() -> None:
    components = (
        BRAF,
        part("53034-5", coded("LA6706-1")),
        part("48005-3", coded("p.Val600Glu")),
        part("81258-6", {"value": 0.2}, "valueQuantity"),
    )
    assert one(*components) == one(*reversed(components))


SEQUENCE = {
    "resourceType": "MolecularSequence",
    "id": "m",
    "coordinateSystem": 0,
    "referenceSeq": {"referenceSeqId": coded("NC_000007.14"), "genomeBuild": "GRCh38"},
    "variant": [{"start": 140753335, "end": 140753336, "observedAllele": "T", "referenceAllele": "A"}],
}


def test_a_molecular_sequence_of_r4_and_of_stu3() -> None:
    for wanted, name in ((SEQUENCES, "MolecularSequence"), (OLD_SEQUENCES, "Sequence")):
        (found,) = wanted.read([SEQUENCE | {"resourceType": name}]).values
        assert found.place == Place("NC_000007.14", "GRCh38", "", 140753335, 140753336, 0, "A", "T")
        assert (found.state, found.element, found.origin) == ("present", f"{name}.variant[0]", f"{name}/m")


def test_a_sequence_that_names_no_variant_is_told() -> None:
    broken_ones: list[Json] = [{"variant": [{"start": 5}]}, {"referenceSeq": {}}, {"variant": [{"observedAllele": "T"}]}]
    for broken in broken_ones:
        read = SEQUENCES.read([SEQUENCE | broken])
        assert read.values == () and [g.reason for g in read.gaps] == ["not_understood"]


def test_fault_C14_the_sequence_of_r5_is_refused_by_name() -> None:
    read = SEQUENCES.read([{"resourceType": "MolecularSequence", "id": "m", "relative": [{"edit": [{"startPos": 1}]}]}])
    assert read.values == () and "R5" in read.gaps[0].because


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [None, 3], {"coding": 7}, {"coding": [None]}, True])
def test_any_shape_may_stand_anywhere(odd: Any) -> None:
    for name in ("component", "valueCodeableConcept", "interpretation", "extension", "status", "code"):
        read_variants([variant(BRAF) | {name: odd}])
    for code in ("48018-6", "48004-6", "81252-9", "53034-5", "81258-6", "82155-3", "81254-5", "48000-4", "62374-4", "69547-8"):
        for kind in ("valueCodeableConcept", "valueQuantity", "valueRange", "valueString", "valueInteger"):
            read_variants([variant(part(code, odd, kind))])
    for name in ("variant", "referenceSeq", "coordinateSystem"):
        SEQUENCES.read([SEQUENCE | {name: odd}])
    SEQUENCES.read([SEQUENCE | {"variant": [{"start": odd, "end": odd, "observedAllele": odd, "referenceAllele": odd}]}])
