"""Cases on tumours: short lines a pharmacist can read, made into a patient. `tests/cases_tumours/*.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from models.chart import Marker
from models.codes import ONCOTREE, RXNORM, Code, Concept
from models.knowledge.types import Knowledge
from models.patient import Condition, Medication, Order, PatientProfile
from models.variant import Variant
from tests.support.case_files import Case, read_cases

AS_OF = date(2026, 11, 26)
WORDS = {"pathogenic", "likely pathogenic", "VUS", "benign", "likely benign", "oncogenic"}
ORIGINS = {"germline", "somatic"}
_SPDI = re.compile(r"NC_[0-9.]+:[0-9]+:[ACGT]+:[ACGT]+")
_FUSION = re.compile(r"(?P<one>[A-Z0-9-]+)::(?P<other>[A-Z0-9-]+)")
KEYS = {"name", "tumour", "also", "variants", "markers", "orders", "medicines", "age", "expect"}
EXPECTED = {
    "cards", "indicator", "action", "message", "summary", "detail", "not_detail", "fits", "not_fits", "against", "elsewhere",
    "not_elsewhere", "untested", "checked", "not_checked", "alternatives",
}  # fmt: skip


def all_cases() -> list[Case]:
    return read_cases("cases_tumours", KEYS, EXPECTED)


def profile(case: Case, knowledge: Knowledge) -> PatientProfile:
    """A patient with the tumour, variants, markers, drafts and medicines of a case."""
    given = case.given
    names = {drug.name: drug.key for drug in knowledge.drugs.ingredients.values()}
    tumours = [given["tumour"]] if given.get("tumour") else []
    return PatientProfile(
        as_of=AS_OF,
        birth_date=f"{AS_OF.year - given.get('age', 60)}-01-01",
        conditions=tuple(_tumour(code, n) for n, code in enumerate((*tumours, *given.get("also", ())), 1)),
        variants=tuple(variant(line, n) for n, line in enumerate(given.get("variants", ()), 1)),
        markers=tuple(marker(line, n, knowledge) for n, line in enumerate(given.get("markers", ()), 101)),
        orders=tuple(Order(f"MedicationRequest/{n}", _drug(name, names)) for n, name in enumerate(given.get("orders", ()), 1)),
        medications=tuple(
            Medication(_drug(name, names), origin=f"MedicationRequest/m{n}") for n, name in enumerate(given.get("medicines", ()), 1)
        ),
    )


def _tumour(code: str, number: int) -> Condition:
    return Condition(Concept((Code(ONCOTREE, code),)), origin=f"Condition/{number}")


def _drug(name: str, names: Mapping[str, str]) -> Concept:
    return Concept((Code(RXNORM, names[name]),))


def variant(line: str, number: int) -> Variant:
    """ "EGFR p.L858R", "BRCA1 p.C61G pathogenic germline", "EML4::ALK", "KRAS absent", "ERBB2 amplified", "MET c.3028+1G>A"."""
    gene, _, rest = line.partition(" ")
    words = rest.split(" ")
    origin = next((w for w in words if w in ORIGINS), "")
    said = next((w for w in sorted(WORDS, key=len, reverse=True) if f" {w} " in f" {rest} "), "")
    names = {kind: tuple(w for w in words if w.rpartition(":")[2].startswith(f"{kind}.")) for kind in "pcg"}
    fusion = _FUSION.fullmatch(gene)
    genes = (fusion["one"], fusion["other"]) if fusion else (gene,)
    return Variant(
        f"Observation/{number}",
        "absent" if "absent" in words else "present",
        tuple(Concept(text=g) for g in genes),
        protein=names["p"],
        coding=names["c"],
        genomic=names["g"],
        ids=tuple(Code("", w) for w in words if w.startswith("rs") or _SPDI.fullmatch(w)),
        text=next((w for w in ("amplified", "ITD", "loss") if w in words), ""),
        copy_number=0.0 if "loss" in words else None,
        source_class=origin,
        significance=(Concept(text=said),) if said else (),
        effective="2026-01-02",
        laboratory="Example Laboratory",
    )


#: name of a marker in a case → clinical name of its result, and the unit of its number
MARKERS = {
    "ER": ("marker-er", ""),
    "PR": ("marker-pr", ""),
    "HER2": ("marker-her2", ""),
    "PD-L1 TPS": ("marker-pd-l1-tumour-cells", "%"),
    "PD-L1 CPS": ("marker-pd-l1-combined", "1"),
    "TMB": ("marker-tmb", "1/1000000{Base}"),
    "MSI": ("marker-msi", ""),
    "MLH1": ("marker-mlh1", ""),
    "HRD": ("marker-hrd", ""),
}


def marker(line: str, number: int, knowledge: Knowledge) -> Marker:
    """ "ER positive", "HER2 3+", "HER2 equivocal", "PD-L1 TPS 60", "TMB 9.9", "MSI high", "MLH1 loss"."""
    name, _, said = line.rpartition(" ")
    clinical, unit = MARKERS[name]
    system, code = min(knowledge.clinical[clinical].codes)
    base = Marker(Concept((Code(system, code),)), effective="2026-01-02", origin=f"Observation/{number}", element="Observation.value")
    if said.replace(".", "").isdigit() and unit:
        return replace(base, value=float(said), unit=unit)
    if said in ("positive", "negative"):
        return replace(base, positive=said == "positive", answer=Concept(text=said))
    return replace(base, equivocal=said == "equivocal", answer=Concept(text=said))


def listed(therapies: Sequence[Any]) -> list[str]:
    return [therapy.name for therapy in therapies]
