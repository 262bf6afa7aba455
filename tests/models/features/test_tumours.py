"""Tumour types as far as the codes prove them: sites stay sites, histology refines, contradictions and non-malignant ones are gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.codes import ICD10, ICD10_CM, ICD_O, ONCOTREE, SNOMED, Code, Concept
from models.errors import KnowledgeError
from models.features.tumours import CONFLICT, NOT_MALIGNANT, SECONDARY, UNKNOWN, is_of, tumours
from models.knowledge.check import check
from models.knowledge.clinical_types import Clinical, TumourType
from models.knowledge.tumour_lines import tumour_lines
from models.knowledge.types import Knowledge
from models.patient import Condition, PatientProfile
from tests.support.small_knowledge import knowledge as small

AS_OF = date(2026, 11, 25)
Coded = tuple[str, str]


def concept(*codes: Coded) -> Concept:
    return Concept(tuple(Code(system, code) for system, code in codes))


def condition(*codes: Coded, sites: tuple[Coded, ...] = (), histology: tuple[Coded, ...] = (), **members: Any) -> Condition:
    return Condition(
        concept(*codes),
        origin="Condition/1",
        sites=tuple(concept(s) for s in sites),
        histology=tuple(concept(h) for h in histology),
        **members,
    )


def types(knowledge: Knowledge, *conditions: Condition) -> list[str]:
    found, gaps = tumours(PatientProfile(AS_OF, conditions=conditions), knowledge)
    assert not gaps
    return [t.oncotree for t in found]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([(SNOMED, "254637007")], "NSCLC"),
        ([(SNOMED, "363358000")], "LUNG"),
        ([(SNOMED, "353431000119107")], "BREAST"),
        ([(ICD10_CM, "C34.11")], "LUNG"),
        ([(ICD10, "C34")], "LUNG"),
        ([(ICD10_CM, "C50.912")], "BREAST"),
        ([(ICD10_CM, "C43.59")], "MEL"),
        ([(ICD10_CM, "C92.40")], "APLPMLRARA"),
        ([(ICD10_CM, "C92.10")], "CML"),
        ([(ICD10_CM, "C22.1")], "BILIARY_TRACT"),
        ([(ICD10_CM, "C83.3")], "DLBCLNOS"),
        ([(ICD10_CM, "D46.9")], "MDS"),
        ([(ONCOTREE, "PRAD")], "PRAD"),
        ([(SNOMED, "254637007"), (ICD10_CM, "C34.90")], "NSCLC"),
        ([(ICD10_CM, "C22.1"), (SNOMED, "312104005")], "CHOL"),
        ([(ICD_O, "8140/3"), (ICD_O, "C34.1")], "LUAD"),
        ([(ICD_O, "C34.1")], "LUNG"),
        ([(ICD_O, "9861/3")], "AML"),
        ([(ICD_O, "8140/3"), (ICD_O, "C16.0")], "GEJ"),
        ([(ICD_O, "8936/3"), (ICD_O, "C16.2")], "GIST"),
        ([(ICD_O, "8720/3"), (ICD_O, "C69.3")], "UM"),
        ([(ICD_O, "8461/3"), (ICD_O, "C56")], "HGSOC"),
        ([(ICD_O, "8070/3"), (ICD_O, "C21.1")], "ANSC"),
        ([(ICD_O, "8825/1"), (ICD_O, "C34.1")], "IMT"),
        ([(ICD_O, "8860/0"), (ICD_O, "C64.9")], "RAML"),
        ([(ICD_O, "9161/1"), (ICD_O, "C71.6")], "HMBL"),
        ([(ICD_O, "9384/1")], "SGCA"),
        ([(ICD_O, "9749/3")], "ECD"),
        ([(ICD_O, "9965/3")], "MLNPDGFRA"),
        ([(ICD_O, "9812/3")], "BLLBCRABL1"),
        ([(ICD10_CM, "C49.22")], "SOFT_TISSUE"),
        ([(ICD10_CM, "C49.A2")], "GIST"),
        ([(ICD10_CM, "C44.329")], "CSCC"),
        ([(ICD10_CM, "C83.10")], "MCL"),
        ([(ICD10_CM, "C96.21")], "ASM"),
        ([(ICD10, "D45")], "PV"),
        ([(ICD10, "C81.9")], "HL"),
        ([(ICD10_CM, "C17.0")], "SBC"),
        ([(ICD10, "C45.0")], "PLMESO"),
        ([(ONCOTREE, "DMG")], "DMG"),
    ],
)
def test_codes_prove_a_type_and_no_more(codes: list[Coded], expected: str, knowledge: Knowledge) -> None:
    assert types(knowledge, condition(*codes)) == [expected]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (condition((SNOMED, "363358000"), histology=((SNOMED, "35917007"),)), "LUAD"),
        (condition((ICD10_CM, "C34.11"), histology=((ICD_O, "8070/3"),)), "LUSC"),
        (condition((SNOMED, "254637007"), histology=((ICD_O, "8041/3"),)), CONFLICT),
        (condition((SNOMED, "363346000"), sites=((ICD_O, "C34.9"),), histology=((ICD_O, "8041/3"),)), "SCLC"),
        (condition((ICD10_CM, "C16.2"), histology=((ICD_O, "8140/3"),)), "STOMACH"),  # which part it grows at is not in ICD-O
        (condition((ICD10_CM, "C50.9"), histology=((ICD_O, "9999/3"),)), "BREAST"),
        (condition((ICD10_CM, "C73"), histology=((ICD_O, "8260/3"),)), "THPA"),  # its site is the one of a type further up
        (condition((ICD10_CM, "C71.9"), histology=((ICD_O, "9440/3"),)), "GB"),
    ],
)
def test_histology_refines_where_the_site_is_known(given: Condition, expected: str, knowledge: Knowledge) -> None:
    found, gaps = tumours(PatientProfile(AS_OF, conditions=(given,)), knowledge)
    assert [t.oncotree for t in found] + [g.because for g in gaps] == [expected]


@pytest.mark.parametrize(
    ("given", "reason", "because"),
    [
        (condition((ICD10_CM, "C79.31")), "not_understood", SECONDARY),
        (condition((ICD10_CM, "D05.11")), "not_understood", NOT_MALIGNANT),
        (condition((ICD10_CM, "D24")), "not_understood", NOT_MALIGNANT),
        (condition((ICD10_CM, "C50.9"), histology=((ICD_O, "8500/2"),)), "not_understood", NOT_MALIGNANT),
        (condition((ICD_O, "C34.1"), histology=((ICD_O, "8140/6"),)), "not_understood", SECONDARY),
        (condition((ICD10_CM, "C69.3")), "not_understood", UNKNOWN),
        (condition((ONCOTREE, "NOSUCH")), "not_understood", UNKNOWN),
        (condition((ICD_O, "8140/3")), "not_understood", UNKNOWN),  # an adenocarcinoma of what?
        (condition((SNOMED, "254637007"), (SNOMED, "254837009")), "conflict", CONFLICT),
    ],
)
def test_what_may_be_a_tumour_and_is_not_understood_is_told(given: Condition, reason: str, because: str, knowledge: Knowledge) -> None:
    found, gaps = tumours(PatientProfile(AS_OF, conditions=(given,)), knowledge)
    assert not found
    assert [(g.reason, g.because, g.origin) for g in gaps] == [(reason, because, "Condition/1")]


def test_fault_E49_an_unknown_type_keeps_its_place_without_a_name(knowledge: Knowledge) -> None:
    """A code that is none of the tree's is never a type; what holds of every solid tumour can still be asked for it."""
    given = PatientProfile(
        AS_OF, conditions=(condition((ONCOTREE, "NOSUCH"), state="past"), condition((ICD10_CM, "C34.9")), condition((ICD10_CM, "C79.3")))
    )
    [found] = [t for t in tumours(given, knowledge, unnamed=True)[0] if not t.type]
    assert (found.type, found.oncotree, found.state, found.origin) == ("", "", "past", "Condition/1")
    assert [t.oncotree for t in tumours(given, knowledge)[0]] == ["LUNG"]


def test_what_is_no_tumour_is_silent(knowledge: Knowledge) -> None:
    given = (
        condition((SNOMED, "230690007"), (ICD10_CM, "I63.9")),
        condition((ICD10_CM, "D50.9")),
        condition((SNOMED, "35917007")),
        condition((SNOMED, "44054006")),
    )
    assert types(knowledge, *given) == []


def test_state_dates_and_stage_are_the_conditions(knowledge: Knowledge) -> None:
    given = condition((ICD10_CM, "C34.1"), state="suspected", began="2026-01", stage=(Concept(text="IIIA"),))
    [found] = tumours(PatientProfile(AS_OF, conditions=(given,)), knowledge)[0]
    assert (found.state, found.began, found.stage[0].text, found.label, found.origin) == (
        "suspected",
        "2026-01",
        "IIIA",
        "lung cancer",
        "Condition/1",
    )


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("254626006", "NSCLC", True),
        ("254626006", "LUNG", True),
        ("254637007", "NSCLC", True),
        ("363358000", "NSCLC", None),
        ("363358000", "SCLC", None),
        ("254632001", "NSCLC", False),
        ("254837009", "NSCLC", False),
        ("254626006", "NOSUCH", None),
    ],
)
def test_a_wider_type_leaves_open_what_a_narrower_one_would_tell(
    code: str, wanted: str, expected: bool | None, knowledge: Knowledge
) -> None:
    [found] = tumours(PatientProfile(AS_OF, conditions=(condition((SNOMED, code)),)), knowledge)[0]
    assert is_of(found, wanted, tumour_lines(knowledge.clinical)) is expected


def test_every_type_is_found_by_its_own_oncotree_code(knowledge: Knowledge) -> None:
    known = [name for name in knowledge.clinical.values() if name.tumour is not None]
    lines = tumour_lines(knowledge.clinical)
    assert len(known) > 200
    for name in known:
        assert name.tumour is not None
        assert types(knowledge, condition((ONCOTREE, name.tumour.oncotree))) == [name.tumour.oncotree]
        for code in (code for system, code in name.codes if system == SNOMED):
            assert types(knowledge, condition((SNOMED, code))) == [name.tumour.oncotree]
        for beginning in name.icd:
            [one] = tumours(PatientProfile(AS_OF, conditions=(condition((ICD10_CM, beginning)),)), knowledge)[0]
            assert is_of(one, name.tumour.oncotree, lines)


@pytest.mark.parametrize(
    ("parents", "words"),
    [
        ({"a": "b", "b": "a"}, "lies below itself"),
        ({"a": "nothing"}, "no type of tumour"),
    ],
)
def test_a_tree_with_a_hole_or_a_circle_is_refused(parents: dict[str, str], words: str) -> None:
    clinical = {n: Clinical(n, n, frozenset({(ONCOTREE, n)}), tumour=TumourType(n, parent)) for n, parent in parents.items()}
    with pytest.raises(KnowledgeError, match=words):
        check(Knowledge(**{f: getattr(small(), f) for f in small().__slots__} | {"clinical": clinical}))


def test_one_oncotree_code_has_one_name() -> None:
    clinical = {n: Clinical(n, n, frozenset({(ONCOTREE, "X")}), tumour=TumourType("X")) for n in ("a", "b")}
    with pytest.raises(KnowledgeError, match="are both OncoTree's X"):
        check(Knowledge(**{f: getattr(small(), f) for f in small().__slots__} | {"clinical": clinical}))
