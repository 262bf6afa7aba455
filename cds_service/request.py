"""The CDS Hooks request as a frozen value. It checks the envelope; the FHIR inside is read elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from cds_service.errors import DataUnavailable, HookRequestError, Problem
from cds_service.wire import NotJson, read_json, whole_number

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STAFF = ("Practitioner", "PractitionerRole")
#: who may be context.userId, by hook; a hook that is not here does not need one
USERS: Mapping[str, tuple[str, ...]] = {
    "patient-view": (*_STAFF, "Patient", "RelatedPerson"),
    "order-select": _STAFF,
    "order-sign": _STAFF,
}
_LONGEST = 256  #: characters of an id
_MOST_PROBLEMS = 100  #: that are told at once; an answer must not grow many times larger than the request


class Asked(Protocol):
    """What must be known of a service to read a request to it."""

    @property
    def hook(self) -> str: ...
    @property
    def reads_drafts(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Authorization:
    """fhirAuthorization. The token is never shown, stored or logged."""

    access_token: str = field(repr=False)
    expires_in: int | None = None  #: seconds; None: not said
    patient: str = field(default="", repr=False)  #: the patient it is limited to, "" if it is not
    scope: str = field(default="", repr=False)  #: as granted; in Epic's words or SMART's, so nothing is decided by it


@dataclass(frozen=True, slots=True, repr=False)
class HookRequest:
    """One call. It has no repr: a traceback must not show a patient."""

    hook: str
    instance: str
    patient: str
    user: str
    encounter: str
    draft_orders: Mapping[str, Any]  #: the Bundle as sent; {} where the hook has none
    selections: tuple[str, ...] | None  #: None: the hook has none, so every draft is meant
    prefetch: Mapping[str, Any]  #: by key, as sent; None means: looked, nothing there
    fhir_server: str
    authorization: Authorization | None
    extension: Mapping[str, Any]

    @classmethod
    def parse(cls, body: bytes, *services: Asked) -> HookRequest:
        """Read for the one of these services that answers the request's hook; without one, the first says what it would answer.

        Raises HookRequestError with every problem at once, or DataUnavailable where draft orders were left out.
        """
        document = _document(body)
        return _read(document, next((s for s in services if s.hook == document.get("hook")), services[0]))

    def renamed(self, names: Mapping[str, str]) -> HookRequest:
        """With the prefetch keys of a client that calls them otherwise (its name → ours); a key that has our name already comes first."""
        theirs = {ours: self.prefetch[name] for name, ours in names.items() if name in self.prefetch and ours not in self.prefetch}
        if not theirs:
            return self
        others = {name: value for name, value in self.prefetch.items() if names.get(name) not in theirs}
        return replace(self, prefetch=others | theirs)

    def tokens(self) -> dict[str, str]:
        """The prefetch tokens that this request can fill: name → value."""
        known = {"context.patientId": self.patient, "context.userId": self.user, "context.encounterId": self.encounter}
        kind, _, own = self.user.partition("/")
        return {name: value for name, value in (known | {f"user{kind}Id": own}).items() if value and "{{" not in value}


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = read_json(body)
    except NotJson as error:
        raise HookRequestError(Problem("$", f"the body cannot be read: {error}")) from None
    if not isinstance(document, dict):
        raise HookRequestError(Problem("$", "the body must be a JSON object"))
    return document


def _read(document: Mapping[str, Any], service: Asked) -> HookRequest:
    problems: list[Problem] = []
    top = _Members(document, "", problems)
    hook = top.text("hook", required=True)
    if hook and hook != service.hook:
        problems.append(Problem("hook", f"this service answers {service.hook}; call the service of the hook that fired"))
    instance = top.text("hookInstance", required=True)
    if instance and not _UUID.fullmatch(instance):
        problems.append(Problem("hookInstance", "must be a UUID (8-4-4-4-12 hexadecimal digits)"))
    context = _Members(top.object("context", required=True), "context.", problems, "context" in document)
    patient, user, encounter = _people(context, service.hook)
    selections = _selections(context, service.hook)
    drafts = _drafts(context) if service.reads_drafts else {}
    server = top.text("fhirServer")
    authorization = _authorization(top, server)
    prefetch = top.object("prefetch")
    extension = document.get("extension")
    if problems:
        raise HookRequestError(*problems)
    if drafts is None:
        raise DataUnavailable(
            "context.draftOrders is missing, so there is no order to check. Ask the EHR to send draft orders: "
            "often its client lacks the scope for unsigned orders, or the endpoint URI is not registered.",
            missing="draftOrders",
        )
    return HookRequest(
        hook,
        instance,
        patient,
        user,
        encounter,
        drafts,
        selections,
        prefetch,
        server,
        authorization,
        extension if isinstance(extension, dict) else {},
    )


class _Members:
    """Reads members of one object and notes what is wrong with them. `given` False: the object itself is missing, said already."""

    def __init__(self, members: Mapping[str, Any], path: str, problems: list[Problem], given: bool = True) -> None:
        self.members, self.path, self.problems, self.given = members, path, problems, given

    def wrong(self, name: str, why: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(self.path + name, why))

    def value(self, name: str, required: bool, kind: type, called: str) -> Any:
        """The member if it is of the kind; None counts as left out, as clients send it for what they do not have."""
        value = self.members.get(name)
        if isinstance(value, kind):
            return value
        if value is not None:
            self.wrong(name, f"must be {called}")
        elif required and (self.given or name in ("patientId", "userId")):
            self.wrong(name, f"is missing; it must be {called}")
        return None

    def text(self, name: str, required: bool = False) -> str:
        value: str | None = self.value(name, required, str, "a string")
        if value == "" and required:
            self.wrong(name, "is empty")
        return value or ""

    def object(self, name: str, required: bool = False) -> Mapping[str, Any]:
        value: dict[str, Any] | None = self.value(name, required, dict, "an object")
        return value or {}

    def shaped(self, name: str, valid: Callable[[str], bool], why: str, required: bool = False) -> str:
        value = self.text(name, required)
        if value and not valid(value):
            self.wrong(name, why)
        return value


def _is_id(value: str) -> bool:
    return len(value) <= _LONGEST and "/" not in value and value.isprintable() and " " not in value


def _people(context: _Members, hook: str) -> tuple[str, str, str]:
    types = USERS.get(hook, ())
    patient = context.shaped("patientId", _is_id, "must be an id alone, without 'Patient/', blanks or control characters", required=True)
    if "{{" in patient:
        context.wrong("patientId", "is a template token that the client has not filled; send the patient's id")
    user = context.shaped(
        "userId",
        lambda value: not types or (value.partition("/")[0] in types and bool(value.partition("/")[2]) and _is_id(value.partition("/")[2])),
        f"must be one of {', '.join(types)}, a slash and an id",
        required=bool(types),
    )
    return patient, user, context.shaped("encounterId", _is_id, "must be an id alone, without 'Encounter/', blanks or control characters")


def _selections(context: _Members, hook: str) -> tuple[str, ...] | None:
    if hook != "order-select":
        return None
    listed = context.value("selections", True, list, "a list of references to entries of draftOrders")
    for index, item in enumerate(listed or ()):
        if not isinstance(item, str):
            context.wrong(f"selections[{index}]", "must be a string such as 'MedicationRequest/1'")
    return tuple(item for item in listed or () if isinstance(item, str))


def _drafts(context: _Members) -> Mapping[str, Any] | None:
    """The Bundle, or None where it was left out. A Bundle without `type` and entries that are null are seen, and tolerated."""
    bundle: dict[str, Any] | None = context.value("draftOrders", False, dict, "a FHIR Bundle")
    if bundle is None:
        return None
    if bundle.get("resourceType", "Bundle") != "Bundle":
        context.wrong("draftOrders.resourceType", "must be Bundle")
    entries = bundle.get("entry")
    if entries is not None and not isinstance(entries, list):
        context.wrong("draftOrders.entry", "must be a list")
        return bundle
    for index, entry in enumerate(entries or ()):
        if entry is not None and not isinstance(entry, dict):
            context.wrong(f"draftOrders.entry[{index}]", "must be an object")
        elif entry and not isinstance(entry.get("resource"), dict | None):
            context.wrong(f"draftOrders.entry[{index}].resource", "must be an object")
    return bundle


def _authorization(top: _Members, server: str) -> Authorization | None:
    given: dict[str, Any] | None = top.value("fhirAuthorization", False, dict, "an object")
    if given is None:
        return None
    if not server:
        top.wrong("fhirServer", "is missing; fhirAuthorization is of no use without the server it is for")
    inner = _Members(given, "fhirAuthorization.", top.problems)
    token = inner.shaped(
        "access_token",
        lambda value: value.isascii() and value.isprintable() and " " not in value,
        "holds characters that no token has",
        True,
    )
    inner.shaped("token_type", lambda value: value.lower() == "bearer", "must be Bearer")
    expires = whole_number(given.get("expires_in"))
    if expires is None and given.get("expires_in") is not None:
        inner.wrong("expires_in", "must be a number of seconds")
    patient, scope = given.get("patient"), given.get("scope")
    return Authorization(token, expires, patient if isinstance(patient, str) else "", scope if isinstance(scope, str) else "")
