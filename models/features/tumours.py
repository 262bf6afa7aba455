"""Which tumour a patient has, as far as the chart's codes tell: a type of OncoTree's tree, never a guessed histology.

`tumours(profile, knowledge)` gives one Tumour for each problem that is one, and a Gap for what may be one and is not
understood. `is_of(tumour, "NSCLC", lines)`: True, False, or None where the chart leaves it open ("lung cancer").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.codes import ICD10, ICD10_CM, ICD_O, ONCOTREE, SNOMED, Concept
from models.features.clinical import means
from models.knowledge.clinical_types import Clinical, TumourType
from models.knowledge.tumour_lines import line
from models.knowledge.types import Knowledge
from models.patient import Condition, Gap, PatientProfile

SUBJECT = "tumour"
UNNAMED = "tumour of a type that is not known here"  #: label
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

    type: str  #: "" where the type is none that is known here
    oncotree: str
    label: str
    state: str  #: active · past · suspected
    began: str = ""
    stage: tuple[Concept, ...] = ()
    sites: tuple[Concept, ...] = ()
    origin: str = ""


def tumours(profile: PatientProfile, knowledge: Knowledge, *, unnamed: bool = False) -> tuple[tuple[Tumour, ...], tuple[Gap, ...]]:
    """Every tumour of the problem list in its state, and what could not be told. Relatives' tumours are not among them.

    `unnamed`: malignant ones of a type that is not known here too, without a code: what is said of every solid tumour may be said of them.
    """
    found: list[Tumour] = []
    gaps: list[Gap] = []
    for condition, read in _read(profile, knowledge):
        if isinstance(read, Gap):
            gaps.append(Gap(read.subject, read.reason, read.because, condition.origin))
            if unnamed and read.because == UNKNOWN:
                c = condition
                found.append(Tumour("", "", UNNAMED, c.state, c.began, c.stage, c.sites, c.origin))
        else:
            found.append(_tumour(read, condition))
    return tuple(found), tuple(dict.fromkeys(gaps))


def _read(profile: PatientProfile, knowledge: Knowledge) -> Iterator[tuple[Condition, Clinical | Gap]]:
    types = {name: known for name, known in knowledge.clinical.items() if known.tumour is not None}
    codes = {code for known in types.values() for code in known.codes}
    for condition in profile.conditions:
        if not _may_name_one(condition, codes):
            continue
        read = tumour_type(condition.code, types, condition.sites, condition.histology)
        if read is not None:
            yield condition, read


def _may_name_one(condition: Condition, codes: set[tuple[str, str]]) -> bool:
    """Most problems of a chart are no tumour's: a look at their codes spares the rest of the work."""
    if condition.histology or any(site.codes(ICD_O) for site in condition.sites):
        return True
    for c in condition.code.codings:
        by_icd = c.system in (ICD10, ICD10_CM) and c.code[:1].upper() in ("C", "D")
        if by_icd or c.system in (ICD_O, ONCOTREE) or (c.system, c.code) in codes:
            return True
    return False


def is_of(tumour: Tumour, oncotree: str, lines: Mapping[str, tuple[str, ...]]) -> bool | None:
    """Is the tumour of this type? None: its own type is a wider one, so it may be; or the type asked for is not known here."""
    if oncotree not in lines:
        return None
    if oncotree in lines.get(tumour.oncotree, ()):
        return True
    return None if tumour.oncotree in lines[oncotree] else False


def tumour_type(
    code: Concept, types: Mapping[str, Clinical], sites: Sequence[Concept] = (), histology: Sequence[Concept] = ()
) -> Clinical | Gap | None:
    """The narrowest type that the codes prove; a Gap where they say tumour and no more; None where they say no tumour."""
    grown = (code, *histology)
    morphology = [c for concept in grown for c in concept.codes(ICD_O) if "/" in c]
    topography = [c.replace(".", "") for concept in (code, *sites) for c in concept.codes(ICD_O) if "/" not in c]
    proven = {c for known in types.values() for c in _cells(known.tumour)}  # some types that labels name are not malignant
    behaviour = {_BEHAVIOUR.get(c[-1:], "") for c in morphology if c not in proven} - {""}
    if behaviour:
        return Gap(SUBJECT, "not_understood", SECONDARY if SECONDARY in behaviour else NOT_MALIGNANT)
    cells = {*morphology, *(c for concept in grown for c in concept.codes(SNOMED))}
    named = {name for name, known in types.items() if means(code, known)}
    at = {name for name, known in types.items() if _grows_at(known.tumour, topography) and not _cells(known.tumour)}
    known_at = {wider for name in named | at for wider in line(name, types)}  # cells may contradict a type as well as refine it
    refined = {name for name, known in types.items() if _refines(name, known.tumour, known_at, topography, cells, types)}
    if refined:
        at = set()  # the cells tell what it is; the topography where, and no more (a stromal tumour of the stomach)
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
    above = not known.isdisjoint(line(name, types)[1:])
    return _grows_at(tumour, topography) or (above and not topography and not _narrower_sites(name, tumour, types))


def _narrower_sites(name: str, tumour: TumourType, types: Mapping[str, Clinical]) -> bool:
    """Does it grow at a part only of the sites of the type above it? Then that one's code does not prove the site."""
    above = next((sites for wider in line(name, types)[1:] if (sites := _sites(wider, types))), ())
    return set(tumour.topography) != set(above)


def _sites(name: str, types: Mapping[str, Clinical]) -> tuple[str, ...]:
    tumour = types[name].tumour
    return tumour.topography if tumour is not None else ()


def _cells(tumour: TumourType | None) -> set[str]:
    return {*tumour.morphology, *tumour.histology} if tumour is not None else set()


def _grows_at(tumour: TumourType | None, topography: Sequence[str]) -> bool:
    return tumour is not None and bool(tumour.topography) and any(c.startswith(tumour.topography) for c in topography)


def _narrowest(found: set[str], types: Mapping[str, Clinical]) -> set[str]:
    """Without those that another one lies below."""
    above = {wider for name in found for wider in line(name, types)[1:]}
    return found - above


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
