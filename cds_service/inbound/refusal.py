"""Why a call was refused, as a few facts for the audit, in our own words. What a caller is told stands in `errors`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cds_service.errors import DataUnavailable, HookRequestError, Unauthorized, UnsupportedContent, answer_for
from cds_service.inbound.words import capped, said, why
from models.errors import PatientMismatch, UnsupportedFhirVersion

_WORD = re.compile(r"[a-z0-9 _-]{1,40}")
_LONGEST = 200  #: characters of a hint
_PATH = re.compile(r"[A-Za-z.$\[\]0-9]{1,80}")
_RELEASE = re.compile(r"\b(?:DSTU1|DSTU2|STU3|R5)\b")
_KINDS: Mapping[type[BaseException], str] = {
    HookRequestError: "envelope",
    UnsupportedContent: "content",
    Unauthorized: "unauthorized",
    PatientMismatch: "patient",
    UnsupportedFhirVersion: "release",
}


def refusal_facts(error: BaseException) -> dict[str, Any]:
    """Beside `request_facts`, where the request could be read. None of its names is one of theirs, except `releases`.

    An Unauthorized may bring `reason`, one of our words, and `hint`, a sentence of ours with the `aud` of a token that was signed rightly.
    """
    facts: dict[str, Any] = {"status": answer_for(error).status, "kind": _kind(error)}
    if isinstance(error, HookRequestError):
        facts["paths"] = capped(dict.fromkeys(re.sub(r"\d+", "", p.path) for p in error.problems if _PATH.fullmatch(p.path)))
    if isinstance(error, DataUnavailable):
        facts |= {"missing": error.missing, "because": why(str(error)) if error.missing != "draftOrders" else ""}
    if isinstance(error, UnsupportedFhirVersion):
        facts["releases"] = _RELEASE.findall(str(error))
    if isinstance(error, Unauthorized):
        reason, hint = str(getattr(error, "reason", "")), str(getattr(error, "hint", ""))
        facts |= {"reason": reason if _WORD.fullmatch(reason) else "", "hint": hint[:_LONGEST] if hint.isprintable() else ""}
    return said(facts)


def _kind(error: BaseException) -> str:
    if isinstance(error, DataUnavailable):
        return {"draftOrders": "no-drafts", "": "unavailable"}.get(error.missing, "no-input")
    return next((word for kind, word in _KINDS.items() if isinstance(error, kind)), "other")
