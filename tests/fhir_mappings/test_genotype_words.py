"""Texts of laboratories: understood whole, or not at all."""

from __future__ import annotations

import pytest

from fhir_mappings.genotype_words import Said, understand


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Poor Metabolizer", Said(term="Poor Metabolizer")),
        ("poor metaboliser", Said(term="Poor Metabolizer")),
        ("Extensive metabolizer", Said(term="Normal Metabolizer")),
        ("Normal (Extensive) Metabolizer", Said(term="Normal Metabolizer")),
        ("Ultra-rapid metabolizer", Said(term="Ultrarapid Metabolizer")),
        ("Ultrarapid Metabolizer (UM)", Said(term="Ultrarapid Metabolizer")),
        ("Likely intermediate metabolizer", Said(term="Likely Intermediate Metabolizer")),
        ("Possible Decreased Function", Said(term="Possible Decreased Function")),
        ("Decreased function", Said(term="Decreased Function")),
        ("CYP2C19 Rapid Metabolizer", Said(("CYP2C19",), term="Rapid Metabolizer")),
        ("SLCO1B1 Poor Function", Said(("SLCO1B1",), term="Poor Function")),
        ("Normal function, Normal simvastatin induced myopathy risk", Said(term="Normal Function")),
        ("*2/*2 Poor Metabolizer", Said(genotype="*2/*2", term="Poor Metabolizer")),
        ("CYP2D6 *4/*4 (Poor Metabolizer)", Said(("CYP2D6",), "*4/*4", "Poor Metabolizer")),
        ("CYP2D6: (*1/*4)xN, Intermediate metabolizer", Said(("CYP2D6",), "(*1/*4)xN", "Intermediate Metabolizer")),
        ("CYP2C19*2/*2", Said(("CYP2C19",), "CYP2C19*2/*2")),
        ("Not tested", Said(nothing=True)),
        ("NO CALL", Said(nothing=True)),
        ("CYP2D6: indeterminate", Said(("CYP2D6",), nothing=True)),
        ("Not detected", Said(present=False)),
        ("HLA-B*57:01 positive", Said(("HLA-B",), "HLA-B*57:01", present=True)),
        ("Positive for HLA-B*57:01", Said(("HLA-B",), "HLA-B*57:01", present=True)),
        ("HLA-B*57:01 not detected", Said(("HLA-B",), "HLA-B*57:01", present=False)),
        ("HLA-B*57:01: not tested", Said(("HLA-B",), "HLA-B*57:01", nothing=True)),
    ],
)
def test_understood(written: str, said: Said) -> None:
    assert understand(written) == said


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Not a poor metabolizer",
        "Intermediate to poor metabolizer",
        "Normal metabolizer or intermediate metabolizer",
        "Probable poor metabolizer",
        "non-rapid metabolizer",
        "no evidence of poor metabolizer",
        "High activity",
        "Low or deficient activity",
        "See report",
        "CYP2C9*2/*3 CYP2C19*1/*2",
        "Poor metabolizer, not detected",
        "*1/*2 positive",
        "Warfarin sensitive",
    ],
)
def test_not_understood(written: str) -> None:
    assert understand(written) is None
