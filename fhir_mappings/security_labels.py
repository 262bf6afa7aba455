"""Security labels of resources: what must not be told without the patient's consent, and what is told only where a decision needs it.

Consent itself is the EHR's to enforce: it gives us what this user may see, and labels the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.patient import Gap

#: HL7 v3 ActCode, refrain policies: no disclosure without authorization, or without a consent directive
REFRAIN = frozenset({"NOAUTH", "NODSCLCD"})
#: HL7 v3 Confidentiality (restricted, very restricted), and the sensitivity of genetic information
RESTRICTED = frozenset({"R", "V", "GDIS"})
WITHHELD = "labelled as not to be disclosed without the patient's consent, so it was not read"

Resource = Mapping[str, Any]


def _labels(resource: Resource) -> frozenset[str]:
    meta = resource.get("meta")
    labels = meta.get("security") if isinstance(meta, Mapping) else None
    if not isinstance(labels, list):
        return frozenset()
    return frozenset(code for label in labels if isinstance(label, Mapping) and isinstance(code := label.get("code"), str))


def restricted(resource: Resource) -> bool:
    """May it be told only where a decision at hand needs it?"""
    return not RESTRICTED.isdisjoint(_labels(resource))


def disclosable(resources: Sequence[Resource], field: str) -> tuple[tuple[Resource, ...], tuple[Gap, ...]]:
    """Those that may be read, and one Gap for the input that others came with. Its words tell nothing of what they hold."""
    kept = tuple(r for r in resources if REFRAIN.isdisjoint(_labels(r)))
    return kept, (Gap(field, "unavailable", WITHHELD),) if len(kept) < len(resources) else ()
