"""The doctor's words for our own sentences, and how much of what somebody sent is kept. It reads no request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

MOST_NAMES = 20  #: names and paths of one call that are kept
#: words in the sentences of `gather`, `bundles` and `fhir_client` → the word under which the doctor counts
WHY: Mapping[str, str] = {
    "OperationOutcome": "outcome",
    "reported an error": "outcome",
    "it holds no": "type",
    "a type that is no list": "type",
    "its scopes lack it": "403",
    "does not accept the access token": "401",
    "asked too often": "429",
    "has expired": "expired",
    "before this call's deadline": "late",
    "one page of several": "page",
    "fewer resources came": "short",
    "more pages than are read": "many-pages",
    "does not offer this search": "no-search",
    "for another patient": "other-patient",
    "fhir_servers": "not-listed",
    "is not https": "not-listed",
    "is not a plain http": "not-listed",
    "too much to do": "busy",
    "failed several times": "unreachable",
    "lies on another server": "other-server",
    "did not answer with FHIR JSON": "no-fhir",
    "is not JSON": "no-fhir",
    "is not a FHIR resource": "no-fhir",
    "larger than is read": "too-large",
    "certificate": "certificate",
    "cannot be reached": "unreachable",
    "cannot be resolved": "unreachable",
    "something that the request's context": "context",
    "no FHIR server with an access token": "no-access",
}


def why(because: str) -> str:
    """The doctor's word for one of our sentences."""
    status = re.search(r"answered with status (\d{3})", because)
    return status[1] if status else next((word for part, word in WHY.items() if part in because), "other")


def capped(names: Iterable[str]) -> list[str]:
    return list(names)[:MOST_NAMES]


def said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """False, 0, and what is empty say nothing, and would fill the audit."""
    return {name: value for name, value in facts.items() if value}
