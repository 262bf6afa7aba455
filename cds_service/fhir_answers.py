"""What a FHIR server's answer comes to: a body, or why there is none. It opens no connection."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from cds_service.wire import NotJson, read_json, whole_number

_JSON_TYPES = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})
_RETRIED = frozenset({500, 502, 503, 504})
_CHUNK = 64 * 1024
LATE = "the FHIR server did not answer before this call's deadline"
PRIVATE = "fhirServer lies in a private network; list it in fhir_servers to allow it"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One point of monotonic time for everything that a call does. A jump of the wall clock does not move it."""

    seconds: float
    end: float

    @classmethod
    def after(cls, milliseconds: int) -> Deadline:
        return cls(milliseconds / 1000, time.monotonic() + milliseconds / 1000)

    @property
    def left(self) -> float:
        return max(0.0, self.end - time.monotonic())


@dataclass(frozen=True, slots=True)
class Answer:
    """What one GET brought: a body, or `absent` (404, 410), or why there is none. `because` holds no URL and no id."""

    body: Mapping[str, Any] | None = None
    absent: bool = False
    because: str = ""
    retry: bool = False
    size: int = 0
    down: bool = False  #: the server itself is in trouble: it fails, is out of reach or too slow
    rest: float = 0.0  #: seconds that it asked us to wait


def next_link(bundle: Mapping[str, Any]) -> str:
    """The URL of a Bundle's next page, '' when this is the last one."""
    links = bundle.get("link")
    named = (link for link in (links if isinstance(links, list) else [links]) if isinstance(link, dict) and link.get("relation") == "next")
    return next((link["url"] for link in named if isinstance(link.get("url"), str)), "")


def judged(response: requests.Response, deadline: Deadline, limit: int) -> Answer:
    status = response.status_code
    if status in (404, 410):
        return Answer(absent=True)
    if status != 200:
        because = _REFUSED.get(status, f"the FHIR server answered with status {status}")
        rest = whole_number(response.headers.get("Retry-After")) or 0
        return Answer(because=because, retry=status in _RETRIED, down=status >= 500 or status == 429, rest=float(max(0, rest)))
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in _JSON_TYPES:
        return Answer(because="the FHIR server did not answer with FHIR JSON (a login page, or XML)")
    text = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        text += chunk
        if len(text) > limit:
            return Answer(because="the FHIR server's answer is larger than is read")
        if deadline.left <= 0:
            return Answer(because=LATE)
    return _parsed(bytes(text))


_REFUSED: Mapping[int, str] = {
    401: "the FHIR server does not accept the access token",
    403: "the access token does not allow this read; its scopes lack it",
    429: "the FHIR server is asked too often and told us to wait",
}


def _parsed(text: bytes) -> Answer:
    try:
        body = read_json(text)
    except NotJson:
        return Answer(because="the FHIR server's answer is not JSON, or was cut off")
    if not isinstance(body, dict) or not isinstance(body.get("resourceType"), str):
        return Answer(because="the FHIR server's answer is not a FHIR resource")
    return Answer(body, size=len(text))
