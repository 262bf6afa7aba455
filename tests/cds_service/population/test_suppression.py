"""No count of one to ten people is told, and none can be worked out from a total and the rest."""

from __future__ import annotations

import random

import pytest

from cds_service.population.suppression import HIDDEN, hidden, table, told


@pytest.mark.parametrize(("count", "said"), [(0, 0), (1, HIDDEN), (10, HIDDEN), (11, 11)])
def test_a_single_count(count: int, said: int | str) -> None:
    assert told(count) == said


def test_the_next_smallest_is_hidden_with_a_single_few() -> None:
    assert hidden({"a": 3, "b": 40, "c": 90}) == {"a", "b"}
    assert hidden({"a": 3, "b": 4, "c": 90}) == {"a", "b", "c"}, "three and four are still fewer than eleven"
    assert hidden({"a": 6, "b": 7, "c": 90}) == {"a", "b"}
    assert hidden({"a": 11, "b": 90}) == frozenset()
    assert hidden({"a": 0, "b": 90}) == frozenset(), "nobody is no secret"
    assert hidden({"a": 3}) == {"a"}


def test_nothing_can_be_worked_out() -> None:
    rng = random.Random(2)
    for _ in range(500):
        counts = {str(i): rng.choice((0, 1, 4, 9, 11, 15, 60)) for i in range(rng.randint(1, 6))}
        secret = hidden(counts)
        assert not any(0 < counts[n] < 11 for n in counts.keys() - secret)
        rest = sum(counts[n] for n in secret)
        everybody = {n for n in counts if counts[n]} <= secret
        assert not secret or everybody or (rest >= 11 and len(secret) >= 2)


def test_a_table_tells_the_largest_first_and_orders_nothing_by_what_is_hidden() -> None:
    assert list(table({"b": 20, "a": 50, "d": 3, "c": 9, "e": 100}).items()) == [
        ("e", 100),
        ("a", 50),
        ("b", 20),
        ("c", HIDDEN),
        ("d", HIDDEN),
    ]
