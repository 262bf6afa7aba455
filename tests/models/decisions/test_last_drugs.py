"""What the last medicines of CPIC asked of the engine: no RxNorm id, results that hold from birth, a phenotype that excludes nothing."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import ATC, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import Assessment, Drug
from models.knowledge.types import Knowledge
from models.patient import GeneResult, Order, PatientProfile

AS_OF = date(2026, 11, 25)


def ordered(atc: str, knowledge: Knowledge, born: str = "", **results: str) -> Assessment:
    """`results`: gene with "_" for "-" → diplotype."""
    order = Order("MedicationRequest/1", Concept((Code(ATC, atc),)), origin="MedicationRequest/1")
    found = tuple(GeneResult(Concept(text=g.replace("_", "-")), f"Observation/{g}", diplotypes=(d,)) for g, d in results.items())
    return assess_orders(PatientProfile(AS_OF, birth_date=born, genotypes=found, orders=(order,)), knowledge)


def test_a_medicine_without_an_rxnorm_id_is_met_by_its_atc_code(knowledge: Knowledge) -> None:
    [finding] = ordered("J01GB10", knowledge, MT_RNR1="m.1555A>G").findings
    assert (finding.drug, finding.urgency) == (Drug("ribostamycin", ""), "warning")


def test_nothing_found_is_never_told_as_normal(knowledge: Knowledge) -> None:
    found = ordered("N01AB08", knowledge, RYR1="Reference/Reference", CACNA1S="Reference/Reference")
    assert found.findings == ()
    assert len(found.checked) == 2
    for line in found.checked:
        assert line.outcome == "silent"
        assert "does not exclude susceptibility" in line.because
        assert "normal" not in line.because.lower()


def test_a_remark_stands_only_by_its_own_phenotype(knowledge: Knowledge) -> None:
    found = ordered("N01AB08", knowledge, RYR1="c.1021G>A/Reference", CACNA1S="Reference/Reference")
    told = {line.subject: line.because for line in found.checked}
    assert "exclude" not in told["sevoflurane–RYR1"]
    assert "exclude" in told["sevoflurane–CACNA1S"]


@pytest.mark.parametrize(
    ("atc", "results", "cards"),
    [
        ("J01GB03", {"MT_RNR1": "m.1555A>G"}, 1),
        ("N01AB08", {"RYR1": "c.1021G>A/Reference"}, 1),
        ("J04BA02", {"G6PD": "A- 202A_376G/A- 202A_376G"}, 1),
        ("B01AC04", {"CYP2C19": "*2/*2"}, 0),
    ],
)
def test_in_a_newborn_only_what_holds_from_birth_counts(atc: str, results: dict[str, str], cards: int, knowledge: Knowledge) -> None:
    assert len(ordered(atc, knowledge, born="2026-11-20", **results).findings) == cards
    assert len(ordered(atc, knowledge, born="2026-01-20", **results).findings) == 1
