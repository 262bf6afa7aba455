"""Medicines that no code identifies: told as a gap, and their codes reported to whoever maps them. It guesses at none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from models.codes import Code, Concept
from models.features.clinical import means
from models.features.ingredients import ingredients
from models.features.understood import NO_ALLERGY
from models.knowledge.meaning import product
from models.knowledge.types import Drugs, Knowledge
from models.patient import Gap, PatientProfile, Reason

Place = Literal["order", "medication", "allergy"]


#: what is wrong with chart medicines, in words: {} is how many there are
TOLD: Mapping[Reason, str] = {
    "not_understood": "active medicines of the chart that no code known here identifies: {}; whether they change an enzyme is not known",
    "conflict": "active medicines of the chart whose codes, or code and name, mean different medicines: {}; none of them was counted",
}


def doubtful_medicines(profile: PatientProfile, drugs: Drugs) -> tuple[Gap, ...]:
    """One Gap for each kind of trouble with the active medicines that are not orders of this call."""
    orders = {order.origin for order in profile.orders} - {""}
    active = [m for m in profile.medications if m.active and m.origin not in orders]
    found = Counter(gap.reason for medicine in active for gap in ingredients(medicine, drugs).gaps)
    return tuple(Gap("medications", reason, TOLD[reason].format(number)) for reason, number in found.items())


def unidentified(profile: PatientProfile, knowledge: Knowledge) -> Iterator[tuple[Place, Code]]:
    """Each as often as it stands there. A local code beside one that is known is no loss, and would hide those that are.

    Of allergies only those that may be to a medicine.
    """
    drugs = knowledge.drugs
    nothing = knowledge.clinical.get(NO_ALLERGY)
    for order in profile.orders:
        yield from (("order", code) for code in _unknown(order.medication, order.ingredients, drugs))
    for medicine in profile.medications:
        yield from (("medication", code) for code in _unknown(medicine.medication, medicine.ingredients, drugs))
    for allergy in profile.allergies:
        if allergy.to_medicine and not (nothing is not None and means(allergy.substance, nothing)):
            yield from (("allergy", code) for code in _unknown(allergy.substance, (), drugs))


def _unknown(medicine: Concept, listed: Sequence[Concept], drugs: Drugs) -> Iterator[Code]:
    """The product's codes, unless one of them is known; of listed ingredients each by itself, where the product is not known."""
    if _is_known(medicine, drugs):
        return
    open_parts = [part for part in listed if not _is_known(part, drugs)]
    for concept in (medicine, *open_parts) if open_parts or not listed else ():
        yield from concept.codings


def _is_known(concept: Concept, drugs: Drugs) -> bool:
    return any(product(coding, drugs) is not None for coding in concept.codings)
