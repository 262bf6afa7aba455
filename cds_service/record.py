"""What the audit keeps of one call: digests, topics, outcomes, origins and keyed hashes. No value, name or free text of a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from cds_service.coverage import WITHHELD
from cds_service.present import SOFTWARE
from cds_service.remembered import Memory, Shown, card_id
from cds_service.request import HookRequest
from cds_service.service import Service
from cds_service.store.keys import Keys, Sitting
from fhir_mappings.profile import FIELDS
from models.finding import Assessment, Finding
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile

_ORIGIN = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9\-.]{1,64}")
#: subjects that are neither gene nor medicine
OWN = (
    *("patient", "cards", "draft order", "gene", "genetic result", "genetic variant", "first start", "CPIC label", "FDA label"),
    *("dose", "doses", "start", "genotype"),
    *FIELDS,
)
MOST = 500  #: rules, gaps or origins of one call that are listed
SNAPSHOTS = 50  #: of which the words are remembered: each site has its own
_WORDS: dict[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Answered:
    """All that one answered call consisted of, for its audit line. It holds the patient, so it has no repr and is never kept."""

    asked: HookRequest
    service: Service
    profile: PatientProfile
    shown: Assessment
    memory: Memory
    knowledge: Knowledge
    shadowed: tuple[Finding, ...] = ()  #: computed and recorded, but not shown
    inbound: Mapping[str, Any] = field(default_factory=dict)
    policy: str = ""  #: digest of what the site decided


def call_details(of: Answered, sitting: Sitting, keys: Keys | None) -> dict[str, Any]:
    """JSON values for `Entry.details`. Without keys (the store was never reached) patient, encounter and user are left out."""
    known = vocabulary(of.knowledge)
    details = {
        "as_of": of.profile.as_of.isoformat(),
        "knowledge": of.knowledge.digest,
        "policy": of.policy,
        "version": SOFTWARE,
        "chart": digest_of(of.profile),
        "user_type": of.asked.user.partition("/")[0],
        "test": of.profile.test,
        "cards": [_card(finding, of) for finding in of.shown.findings],
        "shadow": [_card(finding, of) for finding in of.shadowed],
        "checked": [_checked(c.subject, c.outcome, c.because, known) for c in of.shown.checked[:MOST]],
        "gaps": [_gap(gap, known) for gap in list(dict.fromkeys((*of.profile.gaps, *of.shown.gaps)))[:MOST]],
        "remembered": [_remembered(row) for row in of.memory.shown],
        "nameless": of.memory.nameless,
        "foreign": of.profile.foreign,
        "inbound": dict(of.inbound),
    }
    if keys is not None:
        details |= {"patient": keys.patient(sitting), "encounter": keys.encounter(sitting)}
        details |= {"user": keys.user(sitting.tenant, of.asked.user)}
    return {name: value for name, value in details.items() if value not in (None, "", [], {}, 0, False)}


def digest_of(profile: PatientProfile) -> str:
    """Of all that was read of the patient: two calls with the same one saw the same chart on the same day."""
    return sha256(profile_json(profile)).hexdigest()[:32]


def profile_json(profile: PatientProfile) -> bytes:
    """The profile as JSON, in an order that no hash seed decides."""
    return orjson.dumps(profile, default=_plain, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS)


def vocabulary(knowledge: Knowledge) -> frozenset[str]:
    """Words of our own in which a subject may be named: genes, medicines, what is measured. Made once for each snapshot."""
    if knowledge.digest not in _WORDS:
        if len(_WORDS) >= SNAPSHOTS:
            _WORDS.clear()
        drugs = (drug.name for drug in knowledge.drugs.ingredients.values())
        labels = (named.label for several in (knowledge.clinical, knowledge.inputs) for named in several.values())
        _WORDS[knowledge.digest] = frozenset((*OWN, *knowledge.genes, *drugs, *labels))
    return _WORDS[knowledge.digest]


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _card(finding: Finding, of: Answered) -> dict[str, Any]:
    return {
        "card": str(card_id(of.asked.instance, of.service.id, finding.topic)),
        "topic": finding.topic,
        "kind": finding.kind,
        "indicator": finding.urgency,
        "drug": finding.drug.name,
        "genes": [gene.gene for gene in finding.genes],
        "sources": [f"{e.label}, {e.version}" for e in finding.evidence],
        "origins": origins([*(source for gene in finding.genes for source in gene.sources), *(used.origin for used in finding.inputs)]),
    }


def origins(named: Iterable[str]) -> list[str]:
    """Resources by type and id, as FHIR spells them; nothing else that stood in their place."""
    return list(dict.fromkeys(name for name in named if _ORIGIN.fullmatch(name)))[:MOST]


def _checked(subject: str, outcome: str, because: str, known: frozenset[str]) -> list[str]:
    """The reason only where it is about earlier cards: others may quote a result."""
    return [_subject(subject, known), outcome, *([because] if outcome in WITHHELD else [])]


def _gap(gap: Gap, known: frozenset[str]) -> list[str]:
    return [_subject(gap.subject, known), gap.reason, *origins([gap.origin])]


def _subject(subject: str, known: frozenset[str]) -> str:
    """Named only in our own words: a gap's subject may be text that somebody typed."""
    if all(part in known for name in subject.split(" / ") for part in name.split("–")):
        return subject
    return next(iter(origins([subject])), "other")


def _remembered(row: Shown) -> list[Any]:
    """One row as `restored` reads it: what a replay must be told to withhold the same."""
    settled = row.settled.isoformat() if row.settled else ""
    about = [row.card, row.topic, row.family, row.indicator, row.encounter, sorted(row.orders)]
    return [*about, row.at.isoformat(), row.outcome, row.reason, settled]
