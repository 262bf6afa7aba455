"""The edge's own errors, and the one table error → HTTP status → OperationOutcome. It writes no response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models.errors import KnowledgeError, PatientMismatch, PrecisionError, UnsupportedFhirVersion


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what the caller sent: where ('context.patientId') and what, without its value."""

    path: str
    why: str


class InputError(PrecisionError):
    """The caller's fault."""


class HookRequestError(InputError):
    """The envelope is wrong. Every problem is listed at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.path}: {p.why}" for p in problems))
        self.problems = problems


class UnknownService(InputError):
    """No service has this id."""


class UnknownModel(InputError):
    """No model has this id."""


class NotAcceptable(InputError):
    """The caller accepts none of the types that this address answers in."""


class UnknownClient(InputError):
    """The clients file has no such table."""


class UnsupportedContent(InputError):
    """The body is of a type or an encoding that is not read."""


class Abandoned(PrecisionError):
    """The client hung up before the answer: nothing more is worked out for it."""


class Later(PrecisionError):
    """Not now: `seconds` is when it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class Overloaded(Later):
    """More calls than can be worked on at once."""


class TooManyCalls(Later):
    """One client, more often than it was allowed."""


class TooManyFailures(TooManyCalls):
    """One address, whose calls could not be authenticated again and again."""


class Unauthorized(PrecisionError):
    """Who calls is not known. The answer gives no reason."""


Reason = Literal[
    "no token", "not a token", "algorithm", "type", "critical header", "issuer", "key set address", "tenant", "key", "no keys", "signature",
    "subject", "audience", "times", "lifetime", "not yet valid", "expired", "token id", "replayed", "store down",
]  # fmt: skip


class Refused(Unauthorized):
    """Why a caller was not admitted: for audit and operator, never for the caller. Nothing of the token but, in the hint, its `aud`."""

    def __init__(self, reason: Reason, client: str = "", hint: str = "") -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.client = client  #: id of the client that it claimed to be, "" where no client is as it claimed
        self.hint = hint[:200]  #: what to look at, in our own words


class DataUnavailable(PrecisionError):
    """Nobody's fault: what the answer needs could not be looked at. `missing`: the input, or draftOrders; "" where it is neither."""

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


class StoreUnavailable(PrecisionError):
    """The feedback store cannot be written. Orders are answered all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a failure looks like outside: status, FHIR issue type, and the sentence where the error brings none."""

    status: int
    code: str
    sentence: str = ""


#: An error's own class comes before its parents. What is not here is a bug: 500.
ANSWERS: Mapping[type[BaseException], Answer] = {
    HookRequestError: Answer(400, "invalid"),
    UnknownService: Answer(404, "not-found"),
    UnknownModel: Answer(404, "not-found"),
    NotAcceptable: Answer(406, "not-supported"),
    UnsupportedContent: Answer(415, "not-supported"),
    InputError: Answer(400, "invalid"),
    Unauthorized: Answer(401, "login"),
    Abandoned: Answer(408, "timeout", "The client hung up before the answer was ready."),
    PatientMismatch: Answer(412, "security"),
    DataUnavailable: Answer(412, "incomplete"),
    StoreUnavailable: Answer(503, "transient"),
    Overloaded: Answer(503, "throttled", "The service has too much to do, so nothing was checked. Try again as Retry-After says."),
    TooManyFailures: Answer(429, "throttled", "Too many calls from this address could not be authenticated. Correct the tokens."),
    TooManyCalls: Answer(
        429, "throttled", "More calls than this client may make, so nothing was checked. Slow down, or ask the operator for more."
    ),
    KnowledgeError: Answer(500, "exception", "The knowledge of this service is inconsistent, so nothing was checked."),
    UnsupportedFhirVersion: Answer(412, "not-supported"),
}
BUG = Answer(500, "exception", "The service failed while it answered, so nothing was checked.")

#: Failures that the web framework reports.
HTTP: Mapping[int, Answer] = {
    400: Answer(400, "invalid", "The request could not be read. Send a complete HTTP/1.1 request with a JSON body."),
    404: Answer(404, "not-found", "There is nothing at this address. GET /cds-services lists the services."),
    405: Answer(405, "not-supported", "This address does not answer this method. The Allow header lists those that it does."),
    413: Answer(
        413, "too-long", "The body is larger than this service reads. Ask for fewer resources in prefetch, or raise max_body_bytes."
    ),
    431: Answer(431, "too-long", "The headers are larger than this service reads. Send fewer or shorter ones."),
    501: Answer(501, "not-supported", "This Transfer-Encoding is not read. Send the body with Content-Length, or chunked."),
}
UNREAD = Answer(400, "invalid", "The request could not be read.")  #: whatever else a server refuses


def answer_for(error: BaseException) -> Answer:
    return next((ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS), BUG)


def outcome(answer: Answer, error: BaseException | None = None, correlation: str = "") -> dict[str, Any]:
    """An OperationOutcome: one issue for each problem. `correlation` is named where only the log can say more."""
    if isinstance(error, HookRequestError):
        issues = [_issue(answer.code, f"{p.path}: {p.why}.", p.path) for p in error.problems]
    else:
        sentence = answer.sentence or str(error)
        issues = [_issue(answer.code, f"{sentence} Ask the operator to look for {correlation} in the log." if correlation else sentence)]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(code: str, diagnostics: str, path: str = "") -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return issue | {"expression": [path]} if path else issue
