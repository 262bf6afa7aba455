"""The empty answer in place of an error: for whom, for which, and that it says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.clients.client import Client
from cds_service.clients.degraded import HEADER, degraded, softened

PLAIN = Client("a")
QUIET = replace(PLAIN, error_mode="empty-200")


@pytest.mark.parametrize("status", [412, 429, 500, 503])
def test_what_nobody_at_the_screen_can_mend_is_softened_on_request(status: int) -> None:
    assert softened(QUIET, status) and not softened(PLAIN, status)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 405, 413, 415])
def test_who_may_not_call_and_what_is_sent_wrongly_is_never_softened(status: int) -> None:
    assert not softened(QUIET, status)


def test_the_answer_is_empty_and_says_why_in_its_header() -> None:
    assert degraded(412, "not-found") == ({"cards": []}, {HEADER: "412; not-found"})
    assert HEADER == "X-CDS-Degraded"


@pytest.mark.parametrize("code", ["", "Patient/1", "a\r\nSet-Cookie: x", "x" * 41])
def test_the_header_carries_a_code_and_nothing_else(code: str) -> None:
    assert degraded(500, code)[1] == {HEADER: "500; exception"}
