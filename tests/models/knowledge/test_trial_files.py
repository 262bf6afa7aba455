"""The JSON form of CTML, read strictly: what each criterion becomes, and what refuses a trial with its place."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import KnowledgeError
from models.knowledge.biomarker_types import SOLID
from models.knowledge.trial_criteria import trial_words
from models.knowledge.trial_files import DEEPEST, read_trial
from models.knowledge.trial_types import AgeIs, AllOf, AnyOf, BiomarkerIs, Criterion, NotRead, SexIs, TrialWords, TumourIs
from models.knowledge.types import Knowledge
from tests.support import trials as made_up


@pytest.fixture(scope="module")
def words(knowledge: Knowledge) -> TrialWords:
    return trial_words(knowledge.biomarkers, knowledge.clinical)


def read(node: dict[str, Any], words: TrialWords) -> Criterion:
    (arm,) = read_trial(made_up.one_criterion(node), "TEST-0009.json", words).arms
    return arm.criterion


def said(criterion: Criterion) -> str:
    assert isinstance(criterion, BiomarkerIs)
    return ("!" if criterion.term.negated else "") + criterion.term.atom.text


SMALL = {"hugo_symbol": "EGFR", "variant_category": "Mutation"}


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (SMALL, "EGFR mutation"),
        ({"hugo_symbol": "EGFR", "variant_category": "MUTATION"}, "EGFR mutation"),
        ({"hugo_symbol": "HER2", "variant_category": "Mutation"}, "ERBB2 mutation"),
        ({"hugo_symbol": "KRAS", "variant_category": "!Mutation"}, "!KRAS mutation"),
        ({"hugo_symbol": "!KRAS", "variant_category": "Mutation"}, "!KRAS mutation"),
        (SMALL | {"protein_change": "p.L858R"}, "EGFR p.L858R"),
        (SMALL | {"protein_change": "L858R", "variant_classification": "Missense_Mutation"}, "EGFR p.L858R"),
        (SMALL | {"protein_change": "!p.T790M"}, "!EGFR p.T790M"),
        (SMALL | {"protein_change": "p.E746_A750del"}, "EGFR p.E746_A750del"),
        (SMALL | {"protein_change": "p.A763_Y764insFQEA"}, "EGFR p.A763_Y764insFQEA"),
        (SMALL | {"wildcard_protein_change": "p.L858"}, "EGFR codon 858"),
        (SMALL | {"wildcard_protein_change": "!p.L858"}, "!EGFR codon 858"),
        (SMALL | {"exon": 19, "variant_classification": "In_Frame_Del"}, "EGFR exon 19 deletion"),
        (SMALL | {"exon": "20", "variant_classification": "In_Frame_Ins"}, "EGFR exon 20 insertion"),
        (SMALL | {"exon": "!20", "variant_classification": "In_Frame_Ins"}, "!EGFR exon 20 insertion"),
        ({"hugo_symbol": "KIT", "variant_category": "Mutation", "exon": 11}, "KIT exon 11"),
        ({"hugo_symbol": "ALK", "variant_category": "SV"}, "ALK fusion"),
        ({"hugo_symbol": "ALK", "variant_category": "!Structural Variation"}, "!ALK fusion"),
        (
            {"hugo_symbol": "EML4", "variant_category": "Structural Variation", "fusion_partner_hugo_symbol": "ALK", "display_name": "x"},
            "EML4::ALK fusion",
        ),
        ({"hugo_symbol": "MET", "variant_category": "CNV", "cnv_call": "High Amplification"}, "MET amplification"),
        ({"hugo_symbol": "PTEN", "variant_category": "Copy Number Variation", "cnv_call": "Homozygous Deletion"}, "PTEN loss"),
        ({"hugo_symbol": "PTEN", "variant_category": "CNV", "cnv_call": "!Homozygous Deletion"}, "!PTEN loss"),
        ({"hugo_symbol": "None", "ms_status": "MSI-H"}, "MSI high"),
        ({"ms_status": "MSS"}, "MSI stable"),
        ({"mmr_status": "MMR-Deficient"}, "MMR deficient"),
        ({"mmr_status": "!MMR-Deficient"}, "!MMR deficient"),
        ({"biomarker": "MET exon 14 skipping"}, "MET exon 14 skipping"),
        ({"biomarker": "PD-L1 TPS >= 50"}, "PD-L1 TPS >= 50"),
    ],
    ids=str,
)
def test_a_genomic_criterion_becomes_one_atom(leaf: dict[str, Any], expected: str, words: TrialWords) -> None:
    assert said(read({"genomic": leaf}, words)) == expected


def test_a_predicate_of_our_own_becomes_its_groups(words: TrialWords) -> None:
    found = read({"genomic": {"biomarker": "ER positive | PR positive & !KRAS mutation"}}, words)
    assert isinstance(found, AllOf)
    first, second = found.criteria
    assert isinstance(first, AnyOf)
    assert [said(c) for c in first.criteria] == ["ER positive", "PR positive"]
    assert said(second) == "!KRAS mutation"


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({"age_numerical": ">=18"}, AgeIs(">=", 18)),
        ({"age_expression": "<= 75"}, AgeIs("<=", 75)),
        ({"gender": "Female"}, SexIs("female")),
        ({"gender": "!male"}, SexIs("male", negated=True)),
        ({"oncotree_primary_diagnosis": "_SOLID_"}, TumourIs((SOLID,), "any solid tumour")),
        ({"oncotree_primary_diagnosis": "LUAD"}, TumourIs(("LUAD",), "adenocarcinoma of the lung")),
        ({"oncotree_primary_diagnosis": "Lung Adenocarcinoma (LUAD)"}, TumourIs(("LUAD",), "adenocarcinoma of the lung")),
        ({"oncotree_primary_diagnosis": "Non-Small Cell Lung Cancer"}, TumourIs(("NSCLC",), "non-small-cell lung cancer")),
        ({"oncotree_primary_diagnosis": "!LUAD"}, TumourIs(("LUAD",), "adenocarcinoma of the lung", negated=True)),
        ({"disease_status": ["Advanced", "Metastatic"]}, NotRead("disease status: Advanced or Metastatic")),
    ],
    ids=str,
)
def test_a_clinical_criterion(leaf: dict[str, Any], expected: Criterion, words: TrialWords) -> None:
    assert read({"clinical": leaf}, words) == expected


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ({"her2_status": "Positive"}, "HER2 positive"),
        ({"er_status": "True"}, "ER positive"),
        ({"er_status": False}, "ER negative"),
        ({"pr_status": "!Positive"}, "!PR positive"),
        ({"tmb_numerical": ">=10"}, "TMB >= 10"),
        ({"tmb_numerical": "<10"}, "!TMB >= 10"),
    ],
    ids=str,
)
def test_a_clinical_marker_becomes_one_atom(leaf: dict[str, Any], expected: str, words: TrialWords) -> None:
    assert said(read({"clinical": leaf}, words)) == expected


def test_cancers_of_the_blood_are_their_roots(words: TrialWords) -> None:
    found = read({"clinical": {"oncotree_primary_diagnosis": "_LIQUID_"}}, words)
    assert isinstance(found, TumourIs)
    assert "AML" in found.codes
    assert SOLID not in found.codes


def test_no_two_types_share_a_label(knowledge: Knowledge) -> None:
    labels = [known.label.lower().replace("-", " ") for known in knowledge.clinical.values() if known.tumour]
    assert len(labels) == len(set(labels)), "a trial that names the type by this label could mean either"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"genomic": {"hugo_symbol": "EGFR"}}, "genomic.variant_category"),
    ({"genomic": {"hugo_symbol": "EGFR", "variant_category": "Any Variation"}}, "genomic.variant_category"),
    ({"genomic": {"hugo_symbol": "TESTGENE", "variant_category": "Mutation"}}, "genomic.hugo_symbol"),
    ({"genomic": {"hugo_symbol": "None", "variant_category": "Mutation"}}, "genomic.hugo_symbol"),
    ({"genomic": SMALL | {"protein_change": "p.729_761del"}}, "genomic.protein_change"),
    ({"genomic": SMALL | {"protein_change": "p.L858"}}, "genomic.protein_change"),
    ({"genomic": SMALL | {"wildcard_protein_change": "p.L858R"}}, "genomic.wildcard_protein_change"),
    ({"genomic": SMALL | {"variant_classification": "In_Frame_Del"}}, "genomic.variant_classification"),
    ({"genomic": SMALL | {"variant_classification": "Nonsense_Mutation"}}, "genomic.variant_classification"),
    ({"genomic": SMALL | {"exon": 99}}, "genomic.exon"),
    ({"genomic": SMALL | {"exon": 14, "variant_classification": "Splice_Site"}}, "genomic.exon"),
    ({"genomic": SMALL | {"protein_change": "p.L858R", "exon": 21}}, "genomic.exon"),
    ({"genomic": SMALL | {"protein_change": "p.L858R", "wildcard_protein_change": "p.L858"}}, "genomic.wildcard_protein_change"),
    ({"genomic": SMALL | {"cnv_call": "High Amplification"}}, "genomic.cnv_call"),
    ({"genomic": {"hugo_symbol": "!EGFR", "variant_category": "Mutation", "protein_change": "!p.L858R"}}, "genomic.protein_change"),
    ({"genomic": SMALL | {"wildtype": True}}, "genomic.wildtype"),
    ({"genomic": SMALL | {"molecular_function": "Activating"}}, "genomic.molecular_function"),
    ({"genomic": {"hugo_symbol": "MET", "variant_category": "CNV"}}, "genomic.cnv_call"),
    ({"genomic": {"hugo_symbol": "MET", "variant_category": "CNV", "cnv_call": "Low Amplification"}}, "genomic.cnv_call"),
    ({"genomic": {"hugo_symbol": "PTEN", "variant_category": "CNV", "cnv_call": "Heterozygous Deletion"}}, "genomic.cnv_call"),
    (
        {"genomic": {"hugo_symbol": "NPM1", "variant_category": "SV", "fusion_partner_hugo_symbol": "INTERGENIC"}},
        "genomic.fusion_partner_hugo_symbol",
    ),
    ({"genomic": {"hugo_symbol": "None", "apobec_signature": "Yes"}}, "genomic.hugo_symbol"),
    ({"genomic": {"ms_status": "MSI-L"}}, "genomic.ms_status"),
    ({"genomic": SMALL | {"ms_status": "MSI-H"}}, "genomic"),
    ({"genomic": {"biomarker": "EGFR"}}, "genomic.biomarker"),
    ({"genomic": {"biomarker": "TESTGENE fusion"}}, "genomic.biomarker"),
    ({"genomic": {"biomarker": "EGFR exon 99"}}, "genomic.biomarker"),
    ({"genomic": {"biomarker": "Testmarker positive"}}, "genomic.biomarker"),
    ({"genomic": {"biomarker": "MSI positive"}}, "genomic.biomarker"),
    ({"genomic": {"biomarker": "HER2 >= 3"}}, "genomic.biomarker"),
    ({"genomic": {"biomarker": "EGFR mutation", "hugo_symbol": "EGFR"}}, "genomic.hugo_symbol"),
    ({"clinical": {}}, "clinical"),
    ({"clinical": {"age_numerical": 18}}, "clinical.age_numerical"),
    ({"clinical": {"age_numerical": ">=0.5"}}, "clinical.age_numerical"),
    ({"clinical": {"age_numerical": ">=18 & <75"}}, "clinical.age_numerical"),
    ({"clinical": {"gender": "Other"}}, "clinical.gender"),
    ({"clinical": {"oncotree_primary_diagnosis": "Testoma"}}, "clinical.oncotree_primary_diagnosis"),
    ({"clinical": {"oncotree_primary_diagnosis": ["LUAD", "LUSC"]}}, "clinical.oncotree_primary_diagnosis"),
    ({"clinical": {"her2_status": "Unknown"}}, "clinical.her2_status"),
    ({"clinical": {"her2_status": 1}}, "clinical.her2_status"),
    ({"clinical": {"tmb_numerical": ">10"}}, "clinical.tmb_numerical"),
    ({"clinical": {"disease_status": "Advanced"}}, "clinical.disease_status"),
    ({"clinical": {"disease_status": []}}, "clinical.disease_status"),
    ({"clinical": {"age_numerical": ">=18", "ecog": "0-1"}}, "clinical.ecog"),
    ({"prior_treatment": {"agent": "testinib"}}, "prior_treatment"),
    ({"and": []}, "and"),
    ({"or": [{"clinical": {"gender": "Male"}}, {}]}, "or[2]"),
    ({"clinical": {"gender": "Male"}, "genomic": SMALL}, "match[1]"),
]


@pytest.mark.parametrize(("node", "place"), REFUSED, ids=[str(node) for node, _ in REFUSED])
def test_what_is_not_understood_refuses_the_trial_with_its_place(node: dict[str, Any], place: str, words: TrialWords) -> None:
    with pytest.raises(KnowledgeError) as told:
        read_trial(made_up.one_criterion(node), "TEST-0009.json", words)
    at = "treatment_list.step[1].arm[1].match[1]"
    assert str(told.value).startswith(f"TEST-0009.json: {at if place == 'match[1]' else f'{at}.{place}'} ")


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"protocol_no": ""}, "protocol_no"),
        ({"status": "open"}, "status"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"eligibility": "see protocol"}, "eligibility"),
        ({"treatment_list": {"step": [{"arm": [{"arm_code": "A"}]}]}}, "treatment_list.step[1].arm[1]"),
        ({"treatment_list": {"step": [{}]}}, "treatment_list.step[1]"),
        (
            {"treatment_list": {"step": [{"arm": [{"arm_code": "A", "arm_suspended": "No"}]}]}},
            "treatment_list.step[1].arm[1].arm_suspended",
        ),
        (
            {"treatment_list": {"step": [{"arm": [{"arm_code": "A", "dose_level": [{"match": []}]}]}]}},
            "treatment_list.step[1].arm[1].dose_level[1].match",
        ),
    ],
    ids=str,
)
def test_a_head_or_an_arm_that_is_not_understood_refuses_the_trial(changed: dict[str, Any], place: str, words: TrialWords) -> None:
    with pytest.raises(KnowledgeError) as told:
        read_trial(made_up.one_criterion({"clinical": {"gender": "Male"}}) | changed, "TEST-0009.json", words)
    assert str(told.value).startswith(f"TEST-0009.json: {place} ")


@pytest.mark.parametrize("name", ["protocol_no", "status", "treatment_list"])
def test_what_every_trial_needs(name: str, words: TrialWords) -> None:
    given = made_up.document("TEST-0001")
    del given[name]
    with pytest.raises(KnowledgeError, match=f"{name} is missing"):
        read_trial(given, "TEST-0001.json", words)


def test_groups_that_lie_too_deep_are_refused(words: TrialWords) -> None:
    node: dict[str, Any] = {"clinical": {"gender": "Male"}}
    for _ in range(DEEPEST):
        node = {"and": [node]}
    with pytest.raises(KnowledgeError, match="groups deep"):
        read(node, words)


def test_criteria_of_the_trial_and_the_step_hold_for_each_arm(words: TrialWords) -> None:
    trial = read_trial(made_up.document("TEST-0001"), "TEST-0001.json", words)
    assert [arm.name for arm in trial.arms] == ["A", "B"]
    for arm in trial.arms:
        assert isinstance(arm.criterion, AllOf)
        assert arm.criterion.criteria[0] == AllOf((AgeIs(">=", 18), TumourIs(("NSCLC",), "non-small-cell lung cancer")))


@pytest.mark.parametrize(("first", "second", "open_"), [("Y", "Y", 0), ("Y", "N", 1), ("N", "N", 1)])
def test_an_arm_takes_patients_while_one_dose_level_does(first: str, second: str, open_: int, words: TrialWords) -> None:
    given = made_up.one_criterion({"clinical": {"gender": "Male"}})
    given["treatment_list"]["step"][0]["arm"][0]["dose_level"] = [{"level_suspended": first}, {"level_suspended": second}]
    assert len(read_trial(given, "x", words).arms) == open_


def test_a_trial_that_does_not_recruit_is_read_no_further_than_its_head(words: TrialWords) -> None:
    given = made_up.one_criterion({"prior_treatment": {}}) | {"status": "Completed"}
    assert read_trial(given, "x", words).arms == ()


def test_the_register_gives_the_address_of_its_own_numbers_alone(words: TrialWords) -> None:
    given = made_up.one_criterion({"clinical": {"gender": "Male"}})
    assert read_trial(given, "x", words).url == ""
    registered = read_trial(given | {"nct_id": "NCT00000000"}, "x", words)
    assert (registered.id, registered.url) == ("NCT00000000", "https://clinicaltrials.gov/study/NCT00000000")
    assert read_trial(given | {"nct_id": "TEST-1"}, "x", words).url == ""
