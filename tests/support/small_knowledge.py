"""A small, made-up, faultless Knowledge to break one place of: one gene of each kind, one guideline of two genes."""

from __future__ import annotations

from types import MappingProxyType

from models.finding import Drug
from models.knowledge.source_block import Source
from models.knowledge.types import Allele, Bin, Drugs, Gene, Guideline, Knowledge, Population, Row, Score

SOURCE = Source("Test body", "1", "2026", "https://example.org/guideline", "2026-11-25", "made up for tests")
LOW, HIGH = "Slow", "Usual"


def gene(symbol: str, method: str) -> Gene:
    """A gene with two alleles; "score" genes count copies, presence genes ask for *57:01."""
    names = ("*57:01",) if method == "presence" else ("*1", "*2")
    return Gene(
        symbol=symbol,
        hgnc="HGNC:1",
        ncbi="1",
        method=method,  # type: ignore[arg-type]
        reference="" if method == "presence" else "*1",
        usual="negative" if method == "presence" else HIGH,
        alleles={name: Allele(name, "", float(name == "*1") if method == "score" else None) for name in names},
        spellings={},
        pairs={},
        bins=(Bin(Score(0.0, 1.0), LOW), Bin(Score(1.25, 99.0), HIGH)) if method == "score" else (),
        phenotypes=() if method == "presence" else (LOW, HIGH, "Indeterminate"),
        scale=(),
        terms_since="",
        loinc=(),
        presence_loinc={},
        copies=method == "score",
        source=SOURCE,
    )


def row(when: dict[str, tuple[str, ...]], action: str = "standard", harm: str = "other", message: str = "usual-dose") -> Row:
    return Row(
        when=when,
        populations=("general",),
        classification="Strong",
        actions=(action,),  # type: ignore[arg-type]
        harm=harm,  # type: ignore[arg-type]
        message=message,
        parts={},
        alternatives=("20",) if action == "alternative" else (),
        dose=None,
        fatal_below_age=None,
        derived=False,
    )


def guideline() -> Guideline:
    """Every combination of PAIR (pairs) and SCORE (score) has one row."""
    return Guideline(
        id="testol.test",
        drug=Drug("testol", "10"),
        keys={"PAIR": "phenotype", "SCORE": "score"},
        populations=(Population("general", "any patient"),),
        rows=(
            row({"PAIR": (LOW,), "SCORE": ("0.0..8.0", "3.0..", "n/a", "No Result")}, "alternative", "fatal", "avoid"),
            row({"PAIR": (HIGH, "Indeterminate", "No Result"), "SCORE": ("0.0..2.25",)}),
            row({"PAIR": (HIGH, "Indeterminate", "No Result"), "SCORE": ("2.5..",)}, "dose_change", "serious", "less"),
            row({"PAIR": (HIGH, "Indeterminate"), "SCORE": ("n/a", "No Result")}),
            row({"PAIR": ("No Result",), "SCORE": ("n/a",)}),
        ),
        must_test=False,
        not_for_routes=(),
        source=SOURCE,
    )


def knowledge(*guidelines: Guideline) -> Knowledge:
    return Knowledge(
        genes={"PAIR": gene("PAIR", "pairs"), "SCORE": gene("SCORE", "score"), "HERE": gene("HERE", "presence")},
        guidelines=MappingProxyType({g.drug.rxnorm: (g,) for g in guidelines or (guideline(),)}),
        drugs=Drugs({"10": Drug("testol", "10"), "20": Drug("otherol", "20")}, {}, {}, {}, SOURCE),
        digest="0123456789ab",
    )
