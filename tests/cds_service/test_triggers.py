"""What made Epic call, in every shape in which it may be told."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.triggers import KNOWN, TRIGGER, orders_unseen, trigger_action


@pytest.mark.parametrize("given", ["23", " 23 ", 23, {"value": "23"}, {"value": 23}, {"valueString": "23"}, {"valueInteger": 23}])
def test_the_number_is_read_in_every_shape(given: Any) -> None:
    assert trigger_action({TRIGGER: given}) == 23


@pytest.mark.parametrize(
    "given", [None, "", "order", "-1", "２３", "2.0", "9" * 5000, 10**9, True, 2.0, [], {}, {"other": 23}, {"value": None}]
)
def test_what_is_no_number_is_not_told(given: Any) -> None:
    assert trigger_action({TRIGGER: given}) is None
    assert not orders_unseen("patient-view", {TRIGGER: given})


def test_without_the_extension_there_is_none() -> None:
    assert trigger_action({}) is None


@pytest.mark.parametrize("number", KNOWN)
def test_fault_A11_patient_view_called_while_ordering_has_seen_no_order(number: int) -> None:
    extension = {TRIGGER: str(number)}
    assert orders_unseen("patient-view", extension) is (number in (18, 23))
    assert not orders_unseen("order-sign", extension)
