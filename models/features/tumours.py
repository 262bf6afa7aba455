"""Which tumour a patient has, as far as the chart's codes tell: a type of OncoTree's tree, never a guessed histology.

`tumours(profile, knowledge)` gives one Tumour for each problem that is one, and a Gap for what may be one and is not
understood. `is_of(tumour, "NSCLC", knowledge)`: True, False, or None where the chart leaves it open ("lung cancer").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.codes import ICD10, ICD10_CM, ICD_O, ONCOTREE, SNOMED, Concept
from models.features.clinical import means
from models.knowledge.clinical_types import Clinical, TumourType
from models.knowledge.types import Knowledge
from models.patient import Condition, Gap, PatientProfile

SUBJECT = "tumour"
UNKNOWN = "a tumour is on file whose type is none that is known here, so nothing was looked up for it"
SECONDARY = "a secondary tumour is on file, which does not say where the primary one is"
NOT_MALIGNANT = "a tumour is on file that is benign, in situ or of uncertain behaviour, so nothing was looked up for it"
CONFLICT = "the codes of a tumour on file name types that exclude each other, so none is used"
#: ICD-10 beginnings → why they are no primary malignant tumour
_ICD = {
    **dict.fromkeys(("C77", "C78", "C79"), SECONDARY),
    **dict.fromkeys((f"D{n:02}" for n in (*range(10), *range(10, 37), *range(37, 49))), NOT_MALIGNANT),
}
_BEHAVIOUR = {"0": NOT_MALIGNANT, "1": NOT_MALIGNANT, "2": NOT_MALIGNANT, "6": SECONDARY}


@dataclass(frozen=True, slots=True)
class Tumour:
    """One tumour on file. `type` is the clinical name of the narrowest type that its codes prove."""

    type: str
    oncotree: str
    label: str
    state: str  #: active · past · suspected
    began: str = ""
    stage: tuple[Concept, ...] = ()
    sites: tuple[Concept, ...] = ()
    origin: str = ""


def tumours(profile: PatientProfile, knowledge: Knowledge) -> tuple[tuple[Tumour, ...], tuple[Gap, ...]]:
    """Every tumour of the problem list in its state, and what could not be told. Relatives' tumours are not among them."""
    types = {name: known for name, known in knowledge.clinical.items() if known.tumour is not None}
    found: list[Tumour] = []
    gaps: list[Gap] = []
    for condition in profile.conditions:
        read = tumour_type(condition.code, types, condition.sites, condition.histology)
        if isinstance(read, Gap):
            gaps.append(Gap(read.subject, read.reason, read.because, condition.origin))
        elif read is not None:
            found.append(_tumour(read, condition))
    return tuple(found), tuple(dict.fromkeys(gaps))


def is_of(tumour: Tumour, oncotree: str, knowledge: Knowledge) -> bool | None:
    """Is the tumour of this type? None: its own type is a wider one, so it may be; or the type asked for is not known here."""
    wanted = next((n for n, known in knowledge.clinical.items() if known.tumour is not None and known.tumour.oncotree == oncotree), "")
    if wanted in _line(tumour.type, knowledge.clinical):
        return True
    return None if not wanted or tumour.type in _line(wanted, knowledge.clinical) else False


def tumour_type(
    code: Concept, types: Mapping[str, Clinical], sites: Sequence[Concept] = (), histology: Sequence[Concept] = ()
) -> Clinical | Gap | None:
    """The narrowest type that the codes prove; a Gap where they say tumour and no more; None where they say no tumour."""
    grown = (code, *histology)
    morphology = [c for concept in grown for c in concept.codes(ICD_O) if "/" in c]
    topography = [c.replace(".", "") for concept in (code, *sites) for c in concept.codes(ICD_O) if "/" not in c]
    behaviour = {_BEHAVIOUR.get(c[-1:], "") for c in morphology} - {""}
    if behaviour:
        return Gap(SUBJECT, "not_understood", SECONDARY if SECONDARY in behaviour else NOT_MALIGNANT)
    cells = {*morphology, *(c for concept in grown for c in concept.codes(SNOMED))}
    named = {name for name, known in types.items() if means(code, known)}
    at = {name for name, known in types.items() if _grows_at(known.tumour, topography) and not _cells(known.tumour)}
    known_at = {wider for name in named | at for wider in _line(name, types)}  # cells may contradict a type as well as refine it
    refined = {name for name, known in types.items() if _refines(name, known.tumour, known_at, topography, cells, types)}
    narrowest = _narrowest(named | at | refined, types)
    if len(narrowest) == 1:
        return types[narrowest.pop()]
    if narrowest:
        return Gap(SUBJECT, "conflict", CONFLICT)
    because = _may_be_one(code, bool(morphology or topography))
    return Gap(SUBJECT, "not_understood", because) if because else None


def _refines(
    name: str, tumour: TumourType | None, known: set[str], topography: Sequence[str], cells: set[str], types: Mapping[str, Clinical]
) -> bool:
    """Do the cells prove this type? One that grows at a site needs the site as well, from the codes' type or the topography."""
    if tumour is None or _cells(tumour).isdisjoint(cells):
        return False
    if not tumour.topography:
        return True
    above = not known.isdisjoint(_line(name, types)[1:])
    return _grows_at(tumour, topography) or (above and not topography and not _narrower_sites(name, tumour, types))


def _narrower_sites(name: str, tumour: TumourType, types: Mapping[str, Clinical]) -> bool:
    """Does it grow at a part of its parent's sites only? Then the parent's code does not prove the site."""
    parent = types[tumour.parent].tumour if tumour.parent else None
    return parent is not None and set(tumour.topography) != set(parent.topography)


def _cells(tumour: TumourType | None) -> set[str]:
    return {*tumour.morphology, *tumour.histology} if tumour is not None else set()


def _grows_at(tumour: TumourType | None, topography: Sequence[str]) -> bool:
    return tumour is not None and bool(tumour.topography) and any(c.startswith(tumour.topography) for c in topography)


def _narrowest(found: set[str], types: Mapping[str, Clinical]) -> set[str]:
    """Without those that another one lies below."""
    above = {wider for name in found for wider in _line(name, types)[1:]}
    return found - above


def _line(name: str, types: Mapping[str, Clinical]) -> list[str]:
    """The type itself and every wider one."""
    line = []
    while name and name not in line:
        line.append(name)
        tumour = types[name].tumour
        name = tumour.parent if tumour is not None else ""
    return line


def _may_be_one(code: Concept, told_by_icd_o: bool) -> str:
    """Why a code that no type has may still be a tumour's; "" when it is none's."""
    for coding in code.codings:
        if coding.system in (ICD10, ICD10_CM):
            start = coding.code.replace(".", "").upper()[:3]
            if start in _ICD or start.startswith("C"):
                return _ICD.get(start, UNKNOWN)
    return UNKNOWN if told_by_icd_o or code.codes(ONCOTREE) else ""


def _tumour(known: Clinical, condition: Condition) -> Tumour:
    oncotree = known.tumour.oncotree if known.tumour is not None else ""
    return Tumour(known.id, oncotree, known.label, condition.state, condition.began, condition.stage, condition.sites, condition.origin)
