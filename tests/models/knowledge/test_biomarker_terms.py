"""The language of predicates."""

from __future__ import annotations

import pytest

from models.knowledge.biomarker_terms import read_atom, read_predicate, spelled


@pytest.mark.parametrize(
    "text",
    [
        "EGFR exon 19 deletion | EGFR p.L858R",
        "ER positive | PR positive & HER2 negative & PIK3CA mutation",
        "!KRAS mutation & !NRAS mutation",
        "BRCA1 mutation germline | BRCA2 mutation germline",
        "BCR::ABL1 fusion & !ABL1 p.T315I",
        "PD-L1 TPS >= 50",
        "TMB >= 10",
    ],
)
def test_what_was_read_is_spelled_the_same(text: str) -> None:
    assert spelled(read_predicate(text)) == text


def test_kinds() -> None:
    kinds = {
        text: read_atom(text).kind
        for text in ("BRAF p.V600E", "KRAS codon 12", "BRCA1 mutation", "ALK fusion", "PTEN loss", "FLT3 ITD", "HER2 low", "TMB >= 10")
    }
    assert [*kinds.values()] == ["protein", "codon", "mutation", "fusion", "loss", "named", "marker", "marker"]
    assert (read_atom("PD-L1 TPS >= 50").marker, read_atom("PD-L1 TPS >= 50").at_least) == ("PD-L1 TPS", 50.0)
    assert read_atom("BRCA1 mutation germline").origin == "germline"


@pytest.mark.parametrize("text", ["", "braf v600e", "BRAF", "ALK fusion | ALK fusion", "BRAF p.", "(A | B)"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"biomarker|repeats"):
        read_predicate(text)
