"""Token buckets by client and by address, on a clock that the test turns."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.clients.client import Client
from cds_service.errors import TooManyCalls, TooManyFailures, answer_for
from cds_service.rates import Buckets, Rates, address_of
from tests.support.edge import Edge, request

CLIENT = Client("north", issuer="https://north.example.org", calls_per_minute=60)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _passes(count: Any, times: int) -> int:
    """How many of `times` pass."""
    passed = 0
    for _ in range(times):
        try:
            count()
            passed += 1
        except TooManyCalls:
            pass
    return passed


def test_security_S53_a_client_that_calls_too_often_is_told_when_to_come_again() -> None:
    clock = Clock()
    rates = Rates(clock=clock)
    assert _passes(lambda: rates.call(CLIENT), 100) == 10
    with pytest.raises(TooManyCalls) as refused:
        rates.call(CLIENT)
    assert refused.value.seconds == 1 and answer_for(refused.value).status == 429
    clock.now += 1
    assert _passes(lambda: rates.call(CLIENT), 5) == 1
    clock.now += 60
    assert _passes(lambda: rates.call(CLIENT), 100) == 10


def test_each_refusal_is_told() -> None:
    heard: list[str] = []
    rates = Rates(1, heard.append, failures=1, clock=Clock())
    _passes(lambda: rates.call(CLIENT), 11)
    _passes(lambda: rates.feedback(CLIENT), 11)
    _passes(lambda: rates.failed("192.0.2.1"), 2)
    assert heard == ["call", "feedback", "failure"]


def test_security_S53_another_client_is_not_touched() -> None:
    rates = Rates(clock=Clock())
    _passes(lambda: rates.call(CLIENT), 100)
    rates.call(Client("south", issuer="https://south.example.org"))


def test_processes_share_the_rate_but_each_takes_a_whole_burst() -> None:
    clock = Clock()
    rates = Rates(2, clock=clock)
    assert _passes(lambda: rates.call(CLIENT), 100) == 10
    clock.now += 4
    assert _passes(lambda: rates.call(CLIENT), 100) == 2


def test_fault_H19_a_flood_of_feedback_leaves_the_calls_alone() -> None:
    rates = Rates(clock=Clock())
    assert _passes(lambda: rates.feedback(CLIENT), 5000) == 10
    assert _passes(lambda: rates.call(CLIENT), 10) == 10


def test_security_S53_failures_of_one_address_are_limited_and_those_of_others_are_not() -> None:
    clock = Clock()
    rates = Rates(failures=3, clock=clock)
    assert _passes(lambda: rates.failed("192.0.2.1"), 10) == 3
    rates.failed("192.0.2.2")
    with pytest.raises(TooManyFailures):
        rates.failed("192.0.2.1")
    clock.now += 20
    rates.failed("192.0.2.1")


def test_fault_G13_what_is_counted_is_bounded() -> None:
    buckets = Buckets(most=100, clock=Clock())
    for i in range(1000):
        buckets.wait(str(i), 1, 1)
    assert len(buckets) == 100
    assert buckets.wait("999", 1, 1) and not buckets.wait("0", 1, 1)


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "no address", "192.0.2.1"),
        (1, "198.51.100.7:1234", "198.51.100.7"),
        (1, "[2001:db8:1:2::9]:1234", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2::9", "2001:db8:1:2::/64"),
        (1, "::1", "::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_security_S54_of_forwarded_addresses_only_the_configured_hops_are_believed(hops: int, forwarded: str, address: str) -> None:
    assert address_of({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}, hops) == address


def test_security_S54_who_comes_by_a_unix_socket_without_an_address_has_one_bucket() -> None:
    assert address_of({"REMOTE_ADDR": ""}, 0) == "unknown"


def test_fault_H19_over_http_a_flood_of_feedback_is_slowed_down_and_calls_are_answered(edge: Edge) -> None:
    flood = (edge.post({"feedback": []}, "/cds-services/test-order-sign/feedback") for _ in range(1000))
    refused = next(answer for answer in flood if answer.status_code == 429)
    assert refused.headers["Retry-After"].isdigit() and refused.get_json()["issue"][0]["code"] == "throttled"
    assert edge.post(request()).status_code == 200
    assert 'precision_hooks_rate_limited_total{what="feedback"} 1.0' in edge.client.get("/metrics").get_data(as_text=True)
