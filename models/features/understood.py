"""Of which inputs a part was read but not understood: of that part's silence nothing may be concluded. It judges no content."""

from __future__ import annotations

from models.codes import ICD10, ICD10_CM, SNOMED
from models.features.clinical import means
from models.features.ingredients import ingredients
from models.features.named import contradicted
from models.knowledge.meaning import product
from models.knowledge.types import Knowledge
from models.patient import Allergy, Condition, Medication, Order, PatientProfile

PROBLEM_SYSTEMS = (SNOMED, ICD10, ICD10_CM)  #: in which clinical names are written
NO_ALLERGY = "no-known-allergy"  #: the clinical name of an entry that says there is nothing


def half_understood(profile: PatientProfile, knowledge: Knowledge) -> tuple[str, ...]:
    """Fields among conditions, allergies and medications (drafts count as medicines) with an entry that no rule can know.

    A medicine of the past does not count, nor an allergy to what is no medicine.
    """
    medicines: tuple[Medication | Order, ...] = (*(m for m in profile.medications if m.active), *profile.orders)
    doubtful = {
        "conditions": any(not _problem_known(c) for c in profile.conditions),
        "allergies": any(not _substance_known(a, knowledge) for a in profile.allergies),
        "medications": any(ingredients(m, knowledge.drugs).gaps for m in medicines),
    }
    told = {gap.subject for gap in profile.gaps}
    return tuple(field for field, is_doubtful in doubtful.items() if is_doubtful or field in told)


def _problem_known(condition: Condition) -> bool:
    return any(coding.system in PROBLEM_SYSTEMS for coding in condition.code.codings)


def _substance_known(allergy: Allergy, knowledge: Knowledge) -> bool:
    nothing = knowledge.clinical.get(NO_ALLERGY)
    said = allergy.substance
    return (
        not allergy.to_medicine
        or (nothing is not None and means(said, nothing))
        or any(
            (found := product(coding, knowledge.drugs)) is not None and not contradicted(said, found, knowledge.drugs)
            for coding in said.codings
        )
    )
