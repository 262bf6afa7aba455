"""Keys at hand: when they are fetched, how often at most, what holds while their server is away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cds_service.clients.key_sets import COOLDOWN, STALE, KeySets
from cds_service.clients.keys import NotAKeySet
from tests.support.tokens import Ehr, JwksServer, jwk_of, private_key, running_jwks


class Clock:
    """Monotonic seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """Key sets of one EHR on a clock of their own."""

    def __init__(self, server: JwksServer) -> None:
        self.clock, self.server = Clock(), server
        self.client = Ehr(jku=server.url).client()
        self.sets = KeySets([self.client], http_on_loopback=True, clock=self.clock, seconds=5.0)

    def has(self, kid: str | None = "a+b/c=") -> bool:
        return self.sets.find(self.client, kid)[0] is not None

    def why(self, kid: str | None = "a+b/c=") -> str:
        return self.sets.find(self.client, kid)[1]


@pytest.fixture
def kept() -> Iterator[Kept]:
    with running_jwks(Ehr()) as server:
        yield Kept(server)


def test_one_fetch_serves_many_calls(kept: Kept) -> None:
    assert all(kept.has() for _ in range(50))
    assert len(kept.server.asked) == 1


def test_keys_are_fetched_again_when_they_are_no_longer_fresh(kept: Kept) -> None:
    assert kept.has()
    kept.server.document = {"keys": [jwk_of(private_key("new"), "new")]}
    kept.clock.now += 601
    assert not kept.has()
    assert kept.has("new")
    assert len(kept.server.asked) == 2


def test_fault_G07_security_S10_an_unknown_kid_fetches_once_a_minute_at_most(kept: Kept) -> None:
    assert kept.has()
    for second in range(int(COOLDOWN)):
        assert not kept.has(f"made up {second}")
        kept.clock.now += 0.9
    assert len(kept.server.asked) == 1
    kept.clock.now += COOLDOWN
    assert not any(kept.has(f"made up {number}") for number in range(500))
    assert len(kept.server.asked) == 2


def test_fault_G07_a_new_key_is_found_at_the_next_fetch(kept: Kept) -> None:
    assert kept.has()
    kept.server.document = Ehr().jwks(jwk_of(private_key("new"), "new"))
    assert not kept.has("new")
    kept.clock.now += COOLDOWN
    assert kept.has("new") and kept.has()
    assert len(kept.server.asked) == 2


def test_security_S10_a_flood_at_once_waits_for_one_fetch(kept: Kept) -> None:
    kept.server.fault = "wait"
    with ThreadPoolExecutor(16) as threads:
        asked = [threads.submit(kept.has, kid) for kid in ["a+b/c=", *(f"made up {number}" for number in range(15))]]
        kept.server.held.set()
        found = [one.result() for one in asked]
    assert found == [True] + [False] * 15
    assert len(kept.server.asked) == 1


@pytest.mark.parametrize("fault", ["503", "not json", "redirect", "huge"])
def test_fault_G06_old_keys_hold_for_a_day_while_their_server_is_away(kept: Kept, fault: str) -> None:
    assert kept.has()
    kept.server.fault = fault
    start = kept.clock.now
    for hours in (1, 12, 23.9):
        kept.clock.now = start + hours * 3600
        assert kept.has()
    assert kept.sets.states()[0].because
    kept.clock.now = start + STALE
    assert not kept.has()
    assert kept.why()
    kept.server.fault = ""
    kept.clock.now += COOLDOWN
    assert kept.has()


def test_fault_G06_a_server_that_is_away_is_not_asked_by_every_call(kept: Kept) -> None:
    kept.server.fault = "503"
    assert not any(kept.has() for _ in range(20))
    assert len(kept.server.asked) == 1
    assert kept.why() == "answers with status 503"
    kept.server.fault = ""
    kept.clock.now += 10
    assert kept.has()


def test_while_old_keys_are_fetched_again_other_calls_use_them(kept: Kept) -> None:
    assert kept.has()
    kept.server.fault = "wait"
    kept.clock.now += 601
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(kept.has)
        while len(kept.server.asked) < 2:
            pass
        assert kept.has()
        assert not waiting.done()
        kept.server.held.set()
        assert waiting.result()


def test_shortly_before_their_end_keys_are_fetched_beside_the_calls(kept: Kept) -> None:
    assert kept.has()
    kept.server.fault = "wait"
    kept.clock.now += 599
    assert kept.has()
    while len(kept.server.asked) < 2:
        pass
    assert kept.has() and len(kept.server.asked) == 2


def test_what_an_ehr_withdraws_is_not_kept(kept: Kept) -> None:
    assert kept.has()
    kept.server.document = {"keys": []}
    kept.clock.now += 601
    assert not kept.has()
    assert kept.why() == ""


def test_warm_fetches_before_the_first_call(kept: Kept) -> None:
    kept.sets.warm()
    while kept.sets.states()[0].fetched is None:
        pass
    assert kept.has() and len(kept.server.asked) == 1


def test_fault_G19_what_an_operator_may_ask(kept: Kept) -> None:
    before = kept.sets.states()[0]
    assert (before.keys, before.because, before.fetched, before.usable_until) == (0, "was not fetched yet", None, None)
    kept.server.document = Ehr().jwks({"kty": "oct"})
    kept.has()
    state = kept.sets.states()[0]
    assert (state.source, state.keys, state.because) == (kept.server.url, 1, "")
    assert state.refused == ("key 2 is neither of type EC nor RSA",)
    assert state.fetched and state.usable_until and (state.usable_until - state.fetched).total_seconds() == STALE


def test_a_file_is_read_once_and_calls_nobody(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text('{"keys":[]}')
    client = Ehr().client(jku="", key_set=str(file))
    assert KeySets([client]).find(client, "a") == (None, "")
    file.write_text("{")
    with pytest.raises(NotAKeySet):
        KeySets([client])
