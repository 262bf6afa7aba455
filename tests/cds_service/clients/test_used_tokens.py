"""Which tokens this process has seen: for how long, how many, and for which client."""

from __future__ import annotations

from cds_service.clients.used_tokens import UsedTokens


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_new_once_and_again_after_its_time() -> None:
    clock = Clock()
    used = UsedTokens(clock=clock)
    assert used.add("a", "1", 10) and not used.add("a", "1", 10)
    assert used.add("b", "1", 10)
    clock.now = 9.9
    assert not used.add("a", "1", 10)
    clock.now = 10.1
    assert used.add("a", "1", 10)


def test_client_and_id_do_not_run_together() -> None:
    used = UsedTokens()
    assert used.add("a", "b1", 10) and used.add("ab", "1", 10)


def test_fault_G13_no_more_than_so_many_are_kept_and_the_oldest_go_first() -> None:
    used = UsedTokens(most=3, clock=Clock())
    for number in range(5):
        assert used.add("a", str(number), 10)
    assert len(used._ends) == 3
    assert not any(used.add("a", number, 10) for number in ("4", "3", "2"))  # also while it is full


def test_a_long_one_in_front_does_not_keep_short_ones_alive() -> None:
    clock = Clock()
    used = UsedTokens(clock=clock)
    used.add("a", "long", 100)
    used.add("a", "short", 1)
    clock.now = 2
    assert used.add("a", "short", 1)
    assert not used.add("a", "long", 1)


def test_what_is_forgotten_is_new() -> None:
    used = UsedTokens()
    used.add("a", "1", 10)
    used.forget("a", "1")
    used.forget("a", "2")
    assert used.add("a", "1", 10)
