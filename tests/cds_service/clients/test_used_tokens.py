"""This process's own memory of tokens: bounded, by a clock that cannot be set back."""

from __future__ import annotations

from cds_service.clients.used_tokens import UsedTokens


def test_a_token_is_new_once_until_its_end() -> None:
    now = [0.0]
    used = UsedTokens(clock=lambda: now[0])
    assert [used.add("a", "x", 10), used.add("a", "x", 10), used.add("b", "x", 10)] == [True, False, True]
    now[0] = 11
    assert used.add("a", "x", 10)


def test_fault_G13_only_so_many_are_remembered() -> None:
    used = UsedTokens(most=100, clock=lambda: 0.0)
    assert all(used.add("a", str(number), 10) for number in range(1000))
    assert len(used._ends) <= 100
    assert not used.add("a", "999", 10)


def test_what_is_forgotten_may_be_used() -> None:
    used = UsedTokens(clock=lambda: 0.0)
    used.add("a", "x", 10)
    used.forget("a", "x")
    used.forget("a", "y")
    assert used.add("a", "x", 10)
