"""What a site adds to knowledge by its own choice. The files stay as they are; the snapshot says what holds here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from models.errors import KnowledgeError
from models.knowledge.calibration_types import Calibration
from models.knowledge.model_types import Value
from models.knowledge.trial_types import TrialRecord
from models.knowledge.types import Guideline, Knowledge


def asking_first(knowledge: Knowledge, drugs: Collection[str]) -> Knowledge:
    """The snapshot in which a first start of these medicines (ingredient names) asks for the test, beside those that always do.

    Its digest is another one: an answer must be repeatable from what it names.
    Raises KnowledgeError for a name that no guideline by genotype is for.
    """
    if not drugs:
        return knowledge
    known = {g.drug.name for several in knowledge.guidelines.values() for g in several if g.keys}
    if unknown := sorted(set(drugs) - known):
        raise KnowledgeError(f"no guideline goes by a genotype for '{unknown[0]}', so no test can be asked for before it; correct the name")
    chosen = {key: tuple(_asking(g, drugs) for g in several) for key, several in knowledge.guidelines.items()}
    digest = hashlib.sha256("\x1f".join([knowledge.digest, *sorted(set(drugs))]).encode()).hexdigest()[:12]
    return replace(knowledge, guidelines=MappingProxyType(chosen), digest=digest)


def with_choices(knowledge: Knowledge, *, hereditary_summary: bool, trials: tuple[TrialRecord, ...]) -> Knowledge:
    """The snapshot with summaries of inherited disease, and with trials; its digest is another one where either is chosen."""
    if not hereditary_summary and not trials:
        return knowledge
    chosen = replace(knowledge, hereditary=replace(knowledge.hereditary, summarise=hereditary_summary), trials=trials)
    return _renamed(chosen, repr((hereditary_summary, trials)))


def with_doses_by(knowledge: Knowledge, service: str, *, loading: bool = False) -> Knowledge:
    """The snapshot in which `service` owns the number of every medicine that has a dosing flow; "" leaves it as it is."""
    if not service:
        return knowledge
    owners = MappingProxyType(dict.fromkeys(knowledge.flows, service))
    return _renamed(replace(knowledge, dosed_by=owners, dose_loading=loading), repr(("doses by", service, loading)))


def without_doses_by(knowledge: Knowledge, drugs: Collection[str]) -> Knowledge:
    """The snapshot in which nobody else owns the number of these medicines: that service does not speak of them to this caller."""
    kept = {drug: service for drug, service in knowledge.dosed_by.items() if drug not in drugs}
    if len(kept) == len(knowledge.dosed_by):
        return knowledge
    return _renamed(replace(knowledge, dosed_by=MappingProxyType(kept)), repr(("doses here", sorted(set(drugs)))))


def _renamed(knowledge: Knowledge, told: str) -> Knowledge:
    """With another digest: an answer must be repeatable from what it names."""
    return replace(knowledge, digest=hashlib.sha256("\x1f".join([knowledge.digest, told]).encode()).hexdigest()[:12])


def with_stated(knowledge: Knowledge, stated: Mapping[str, Value]) -> Knowledge:
    """The snapshot with inputs of models that the site gives for everybody it cares for."""
    given = {name: value for name, value in stated.items() if value != ""}
    return _renamed(replace(knowledge, stated=MappingProxyType(given)), repr(("stated", sorted(given.items())))) if given else knowledge


def with_terms(knowledge: Knowledge, accepted: Collection[str]) -> Knowledge:
    """The snapshot of a site that has accepted the terms of these models (ids). Raises KnowledgeError for one that has none."""
    if not accepted:
        return knowledge
    asking = {model.id for model in knowledge.models.values() if model.terms}
    if unknown := sorted(set(accepted) - asking):
        raise KnowledgeError(f"'{unknown[0]}' is no model with terms to accept ({', '.join(sorted(asking))}); correct the name")
    return _renamed(replace(knowledge, accepted_terms=frozenset(accepted)), repr(("terms", sorted(accepted))))


def with_calibrations(knowledge: Knowledge, calibrations: Mapping[tuple[str, str], Calibration]) -> Knowledge:
    """The snapshot in which these hold, by model and formula; its digest is another one: predictions are other numbers by them."""
    if not calibrations:
        return knowledge
    return _renamed(replace(knowledge, calibrations=MappingProxyType(dict(calibrations))), repr(sorted(calibrations.items())))


def _asking(guideline: Guideline, drugs: Collection[str]) -> Guideline:
    return replace(guideline, must_test=True) if guideline.keys and guideline.drug.name in drugs else guideline
