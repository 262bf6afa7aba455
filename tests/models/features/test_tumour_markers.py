"""Markers of tumours: what results tell of a state or a number, and when they tell nothing."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import pytest
import tomli

from models.chart import Marker
from models.codes import LOINC, NCIT, Code, Concept
from models.features.tumour_markers import CONFLICT, NO_NUMBER, NO_SCORE, UNCLEAR, UNDECIDED, told
from models.knowledge.biomarker_terms import read_atom
from models.knowledge.biomarker_types import Told
from models.knowledge.marker_files import read_markers_known
from models.knowledge.marker_types import MarkerKnowledge
from models.knowledge.types import Knowledge

WHERE = "biomarkers/markers.toml"
STAIN, STAIN_TISSUE, GENE, OVERALL = "85319-2", "18474-7", "85318-4", "48676-1"
MMR = {"MLH1": "81691-8", "MSH2": "81692-6", "MSH6": "81693-4", "PMS2": "81694-2"}
TMB, TPS, CPS, PD_L1, MSI = "94076-7", "105304-0", "105303-2", "85147-7", "81695-9"


@pytest.fixture(scope="module")
def known() -> MarkerKnowledge:
    return read_markers_known(tomli.loads(files("models.knowledge").joinpath(WHERE).read_text("utf-8")), WHERE)


def coded(code: str, text: str = "") -> Concept:
    return Concept((Code(LOINC, code),), text) if code else Concept(text=text)


def result(loinc: str, said: str | float | bool | None = None, unit: str = "", on: str = "2026-05-01", **members: object) -> Marker:
    """A result: a number, a sign, a LOINC answer ("LA…"), or words."""
    base: dict[str, object] = {"effective": on, "origin": f"Observation/{loinc}-{on}", "code": coded(loinc)}
    if isinstance(said, bool):
        base["positive"] = said
    elif isinstance(said, int | float):
        base |= {"value": float(said), "unit": unit}
    elif said:
        base["answer"] = coded(said) if said.startswith("LA") else Concept(text=said)
    return Marker(**(base | members))  # type: ignore[arg-type]


def ask(atom: str, results: Sequence[Marker], known: MarkerKnowledge, knowledge: Knowledge) -> Told:
    return told(read_atom(atom), results, known, knowledge.clinical)


HER2_STATES = ("positive", "negative", "low", "ultralow")


@pytest.mark.parametrize(
    ("results", "positive", "negative", "low"),
    [
        ([result(STAIN, "3+")], True, False, False),
        ([result(STAIN, "LA11843-2")], True, False, False),
        ([result(STAIN, "IHC 3+")], True, False, False),
        ([result(STAIN, True)], True, False, False),
        ([result(STAIN, "2+")], None, None, None),  # equivocal: neither
        ([result(STAIN, equivocal=True)], None, None, None),
        ([result(OVERALL, equivocal=True)], None, None, None),
        ([result(STAIN, "2+"), result(GENE, True)], True, False, False),
        ([result(STAIN, "2+"), result(GENE, "amplified")], True, False, False),
        ([result(STAIN, "2+"), result(GENE, False)], False, True, True),
        ([result(STAIN, "2+"), result(GENE, equivocal=True)], None, None, None),
        ([result(STAIN, "1+")], False, True, True),
        ([result(STAIN, "LA11841-6")], False, True, True),
        ([result(STAIN, "1+", positive=False)], False, True, True),
        ([result(STAIN, "0")], False, True, False),
        ([result(STAIN, False)], False, True, None),
        ([result(GENE, True)], True, False, False),
        ([result(GENE, False)], False, True, None),
        ([result(STAIN, "1+"), result(GENE, True)], True, False, False),
        ([result(STAIN, "3+"), result(GENE, False)], True, False, False),  # either is enough
        ([result(OVERALL, True)], True, False, False),
        ([result(OVERALL, True), result(STAIN, "2+")], True, False, False),
        ([result(OVERALL, False)], False, True, None),
        ([result(OVERALL, "HER2-low")], False, True, True),
        ([result(OVERALL, "2+"), result(GENE, False)], False, True, True),
        # contradictions
        ([result(OVERALL, True), result(STAIN, "1+")], None, None, None),
        ([result(OVERALL, False), result(STAIN, "3+")], None, None, None),
        ([result(STAIN, "2+", positive=True)], None, None, None),
        ([result(STAIN, "3+", positive=False)], None, None, None),
        # what is no answer
        ([result(STAIN, "see report")], None, None, None),
        ([result(STAIN, 3)], None, None, None),
        ([], None, None, None),
        ([result("85337-4", True)], None, None, None),  # another marker
    ],
)
def test_her2_by_stain_copies_and_word(
    results: list[Marker], positive: bool | None, negative: bool | None, low: bool | None, known: MarkerKnowledge, knowledge: Knowledge
) -> None:
    states = [ask(f"HER2 {s}", results, known, knowledge).verdict for s in ("positive", "negative", "low")]
    assert states == [positive, negative, low]


def test_ultralow_is_what_only_its_word_tells(known: MarkerKnowledge, knowledge: Knowledge) -> None:
    assert ask("HER2 ultralow", [result(STAIN, "HER2-ultralow")], known, knowledge).verdict is True
    assert ask("HER2 low", [result(STAIN, "HER2-ultralow")], known, knowledge).verdict is False
    assert ask("HER2 ultralow", [result(STAIN, "0")], known, knowledge).verdict is None


@pytest.mark.parametrize(
    ("results", "expected", "because"),
    [
        ([result(STAIN, "3+", on="2024-01-01"), result(STAIN, "1+", on="2026-01-01")], False, ""),
        ([result(STAIN, "1+", on="2024-01-01"), result(STAIN, "3+", on="2026-01-01T10:00:00Z")], True, ""),
        ([result(STAIN, "3+", on="2024-01-01"), result(STAIN, "3+", on="2026-01-01")], True, ""),
        # not one question: another test, or another specimen
        ([result(STAIN, "3+", on="2024-01-01"), result(STAIN_TISSUE, "1+", on="2026-01-01")], None, CONFLICT),
        (
            [result(STAIN, "3+", on="2024-01-01", specimen="Specimen/1"), result(STAIN, "1+", on="2026-01-01", specimen="Specimen/2")],
            None,
            CONFLICT,
        ),
        (
            [result(STAIN, "3+", on="2024-01-01", specimen="Specimen/1"), result(STAIN, "1+", on="2026-01-01", specimen="Specimen/1")],
            False,
            "",
        ),
        # no day that settles it
        ([result(STAIN, "3+"), result(STAIN, "1+")], None, CONFLICT),
        ([result(STAIN, "3+", on=""), result(STAIN, "1+")], None, CONFLICT),
        ([result(STAIN, "3+", on="2025"), result(STAIN, "1+")], None, CONFLICT),
        # what cannot be read is set aside, unless it is the newest
        ([result(STAIN, "see report", on="2024-01-01"), result(STAIN, "3+", on="2026-01-01")], True, ""),
        ([result(STAIN, "3+", on="2024-01-01"), result(STAIN, "see report", on="2026-01-01")], None, UNCLEAR),
        ([result(STAIN, "3+", on="2024-01-01"), result(STAIN, equivocal=True, on="2026-01-01")], None, UNCLEAR),
    ],
)
def test_the_newest_counts_only_for_one_question(
    results: list[Marker], expected: bool | None, because: str, known: MarkerKnowledge, knowledge: Knowledge
) -> None:
    for given in (results, results[::-1]):
        found = ask("HER2 positive", given, known, knowledge)
        assert (found.verdict, found.because) == (expected, because)


@pytest.mark.parametrize(
    ("atom", "results", "expected"),
    [
        ("ER positive", [result("85337-4", True)], True),
        ("ER negative", [result("85337-4", False)], True),
        ("ER positive", [result("14228-1", 90, "%")], True),
        ("ER positive", [result("14228-1", 1, "%")], True),
        ("ER positive", [result("14228-1", 0.5, "%")], False),
        ("ER positive", [result("14228-1", 1, "%", comparator="<")], False),
        ("ER positive", [result("14228-1", 5, "%", comparator="<")], None),
        ("ER positive", [result("14228-1", "95 %")], True),
        ("ER positive", [result("14228-1", 0.9)], None),  # a share of what? no unit
        ("ER positive", [result("14228-1", 900, "%")], None),
        ("ER positive", [result("85337-4", True), result("14228-1", 0, "%")], None),
        ("PR positive", [result("40557-1", True)], True),
        ("PR positive", [result("85337-4", True)], None),
        ("HRD positive", [Marker(Concept((Code(NCIT, "C120465"),)), True, origin="Observation/h")], True),
        ("HRD positive", [Marker(Concept((Code(NCIT, "C120465"),)), value=62.0, origin="Observation/h")], None),
        ("EGFR protein positive", [result("39004-7", True)], True),
        ("MGMT promoter methylated", [result("64083-9", "methylated")], True),
        ("MGMT promoter methylated", [result("64083-9", "not methylated")], False),
        ("FOLR1 positive", [result("85337-4", True)], None),
    ],
)
def test_signs_and_shares_of_cells(
    atom: str, results: list[Marker], expected: bool | None, known: MarkerKnowledge, knowledge: Knowledge
) -> None:
    assert ask(atom, results, known, knowledge).verdict is expected


@pytest.mark.parametrize(
    ("results", "high"),
    [
        ([result(MSI, "LA26203-2")], True),
        ([result(MSI, "MSI-H")], True),
        ([result(MSI, "MSI High")], True),
        ([result(MSI, "LA26202-4")], False),
        ([result(MSI, "MSI-L")], False),
        ([result(MSI, "LA14122-8")], False),
        ([result(MSI, "Stable")], False),
        ([result(MSI, False)], False),
        ([result(MSI, True)], None),  # unstable, and not how much
        ([result(MSI, "LA26203-2", positive=False)], None),
        ([result(MSI, equivocal=True)], None),
        ([result(MSI, 0.3, "1", answer=coded("LA26203-2"))], True),  # a score with its interpretation
    ],
)
def test_only_high_is_high(results: list[Marker], high: bool | None, known: MarkerKnowledge, knowledge: Knowledge) -> None:
    assert ask("MSI high", results, known, knowledge).verdict is high
    assert ask("MMR deficient", results, known, knowledge) == Told(None)  # never taken from the microsatellites


@pytest.mark.parametrize(
    ("stains", "deficient", "proficient"),
    [
        ({"MLH1": False, "PMS2": False, "MSH2": True, "MSH6": True}, True, False),
        ({"MSH6": "Loss of nuclear expression"}, True, False),
        ({"MLH1": True, "MSH2": True, "MSH6": True, "PMS2": True}, False, True),
        ({"MLH1": "intact", "MSH2": "intact", "MSH6": "intact", "PMS2": "intact"}, False, True),
        ({"MLH1": True, "MSH2": True}, None, None),  # two of four tell nothing of the others
        ({"MLH1": "patchy"}, None, None),
    ],
)
def test_repair_proteins_by_their_stains(
    stains: dict[str, str | bool], deficient: bool | None, proficient: bool | None, known: MarkerKnowledge, knowledge: Knowledge
) -> None:
    results = [result(MMR[name], said) for name, said in stains.items()]
    assert ask("MMR deficient", results, known, knowledge).verdict is deficient
    assert ask("MMR proficient", results, known, knowledge).verdict is proficient
    assert ask("MSI high", results, known, knowledge) == Told(None)


@pytest.mark.parametrize(
    ("results", "expected", "because"),
    [
        ([result(TMB, 10, "1/1000000{Base}")], True, ""),
        ([result(TMB, 12, "{mut}/Mb")], True, ""),
        ([result(TMB, 12, "Mutations/Megabase")], True, ""),
        ([result(TMB, 12, "mut/Mb")], True, ""),
        ([result(TMB, "12 mut/Mb")], True, ""),
        ([result(TMB, "12,5 mutations / Mb")], True, ""),
        ([result(TMB, 9.9, "{mut}/Mb")], False, ""),
        ([result(TMB, 9.99, "{mut}/Mb")], False, ""),
        ([result(TMB, 12)], None, NO_NUMBER),
        ([result(TMB, 12, "%")], None, NO_NUMBER),
        ([result(TMB, 300, "{mut}/exome")], None, NO_NUMBER),
        ([result(TMB, -1, "{mut}/Mb")], None, NO_NUMBER),
        ([result(TMB, "high")], None, NO_NUMBER),
        ([result("94077-5", True)], None, NO_NUMBER),
        ([result(TMB, 10, "{mut}/Mb", comparator="<")], False, ""),
        ([result(TMB, 10, "{mut}/Mb", comparator="<=")], None, UNDECIDED),
        ([result(TMB, 20, "{mut}/Mb", comparator="<")], None, UNDECIDED),
        ([result(TMB, 10, "{mut}/Mb", comparator=">=")], True, ""),
        ([result(TMB, 10, "{mut}/Mb", comparator=">")], True, ""),
        ([result(TMB, 5, "{mut}/Mb", comparator=">")], None, UNDECIDED),
        ([result(TMB, 5, "{mut}/Mb", on="2025-01-01"), result(TMB, 11, "{mut}/Mb", on="2026-01-01")], True, ""),
        ([result(TMB, 5, "{mut}/Mb"), result(TMB, 11, "{mut}/Mb")], None, CONFLICT),
        ([], None, ""),
    ],
)
def test_the_burden_is_a_number_per_megabase(
    results: list[Marker], expected: bool | None, because: str, known: MarkerKnowledge, knowledge: Knowledge
) -> None:
    found = ask("TMB >= 10", results, known, knowledge)
    assert (found.verdict, found.because) == (expected, because)


def part(text: str = "", code: str = "") -> Concept:
    return coded(code, text)


@pytest.mark.parametrize(
    ("atom", "results", "expected", "because"),
    [
        ("PD-L1 TPS >= 50", [result(TPS, 60, "%")], True, ""),
        ("PD-L1 TPS >= 50", [result(TPS, 49, "%")], False, ""),
        ("PD-L1 TC >= 50", [result(TPS, 60, "%")], True, ""),
        ("PD-L1 CPS >= 10", [result(TPS, 60, "%")], None, ""),
        ("PD-L1 CPS >= 10", [result(CPS, 10)], True, ""),
        ("PD-L1 CPS >= 10", [result(CPS, 9)], False, ""),
        ("PD-L1 TPS >= 1", [result(CPS, 9)], None, ""),
        ("PD-L1 IC >= 10", [result("105305-7", 10, "%")], True, ""),
        # a code that does not say which score it is
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "%")], None, NO_SCORE),
        ("PD-L1 TPS >= 50", [result("83052-1", 60, "%")], None, NO_SCORE),
        ("PD-L1 TPS >= 50", [result("83052-1", True)], None, NO_SCORE),
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "% TPS")], True, ""),
        ("PD-L1 CPS >= 10", [result(PD_L1, 60, "% TPS")], None, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "%", method=Concept(text="Tumor Proportion Score (TPS)"))], True, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "%", code=coded(PD_L1, "PD-L1 TPS"))], True, ""),
        ("PD-L1 CPS >= 10", [result(PD_L1, 20, method=Concept(text="Combined Positive Score"))], True, ""),
        ("PD-L1 TAP >= 1", [result(PD_L1, 5, "%", method=Concept(text="TAP"))], True, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "%", method=Concept(text="TPS and CPS"))], None, NO_SCORE),
        # components
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "%", part=part("TPS"))], True, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, 60, "%", part=part(code=TPS))], True, ""),
        ("PD-L1 CPS >= 10", [result(PD_L1, 60, "%", part=part("TPS")), result(PD_L1, 70, part=part("CPS"))], True, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, 3, "", part=part("staining intensity"))], None, ""),
        # words
        ("PD-L1 TPS >= 50", [result(PD_L1, "TPS 60%")], True, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, "TPS: >=50 %")], True, ""),
        ("PD-L1 TPS >= 1", [result(PD_L1, "TPS <1%")], False, ""),
        ("PD-L1 TPS >= 50", [result(PD_L1, "TPS <1%")], False, ""),
        ("PD-L1 TPS >= 50", [result(TPS, "1-49%")], None, NO_NUMBER),
        ("PD-L1 TPS >= 50", [result(PD_L1, "high TPS")], None, NO_NUMBER),
        # a share without its unit may be a fraction
        ("PD-L1 TPS >= 1", [result(TPS, 0.6)], None, NO_NUMBER),
        ("PD-L1 TPS >= 1", [result(TPS, 600, "%")], None, NO_NUMBER),
        ("PD-L1 TPS >= 50", [result(TPS, 1, "%", comparator="<")], False, ""),
        ("PD-L1 TPS >= 50", [result(TPS, 50, "%", comparator=">=")], True, ""),
        ("PD-L1 TPS >= 50", [result(TPS, 1, "%", comparator=">=")], None, UNDECIDED),
    ],
)
def test_a_score_counts_only_under_its_own_name(
    atom: str, results: list[Marker], expected: bool | None, because: str, known: MarkerKnowledge, knowledge: Knowledge
) -> None:
    found = ask(atom, results, known, knowledge)
    assert (found.verdict, found.because) == (expected, because)


def test_a_component_is_what_its_own_code_says(known: MarkerKnowledge, knowledge: Knowledge) -> None:
    """The German oncology module has stain and hybridisation as parts of one observation."""
    stain = result(OVERALL, "2+", part=coded(STAIN))
    gene = result(OVERALL, False, part=coded("96893-3"))
    other = result(OVERALL, True, part=coded("00000-0"))
    assert ask("HER2 low", [stain, gene, other], known, knowledge).verdict is True
    assert ask("HER2 positive", [other], known, knowledge) == Told(None)


def test_an_answer_names_what_it_rests_on(known: MarkerKnowledge, knowledge: Knowledge) -> None:
    old, new = result(TPS, 60, "%", on="2025-02-03", laboratory="A"), result(TPS, 70, "%", on="2026-02-03T09:00:00Z", laboratory="B")
    found = ask("PD-L1 TPS >= 50", [old, new], known, knowledge)
    assert (found.origins, found.as_of, found.laboratory) == ((old.origin, new.origin), "2026-02-03", "B")
    assert (found.said, found.unsure) == ("PD-L1 TPS 60", False)
    assert ask("PD-L1 TPS >= 50", [result(PD_L1, "TPS 60%")], known, knowledge).unsure is True
    assert ask("HER2 positive", [result(STAIN, "3+")], known, knowledge).unsure is True
    assert ask("HER2 positive", [result(STAIN, "LA11843-2")], known, knowledge).unsure is False
    unclear = ask("HER2 positive", [result(STAIN, "2+")], known, knowledge)
    assert (unclear.because, unclear.origins) == (UNCLEAR, (f"Observation/{STAIN}-2026-05-01",))


def test_a_marker_that_nobody_knows_is_untested(known: MarkerKnowledge, knowledge: Knowledge) -> None:
    assert ask("XYZ9 positive", [result(STAIN, "3+")], known, knowledge) == Told(None)
    assert ask("HER2 >= 3", [result(STAIN, "3+")], known, knowledge) == Told(None)
