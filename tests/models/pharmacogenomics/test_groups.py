"""A weight or dose that is not known is told where the result matters, with a card or without one, and nowhere else."""

from __future__ import annotations

import pytest

from models.decisions.assess import assess_orders
from models.knowledge.types import Knowledge
from tests.support.cases import Case, profile


@pytest.mark.parametrize(
    ("given", "cards", "told"),
    [
        ({"order": "efavirenz", "genes": {"CYP2B6": "*6/*6"}, "born": "2019-06-01"}, 1, True),
        ({"order": "efavirenz", "genes": {"CYP2B6": "*6/*6"}, "born": "1980-06-01"}, 1, False),
        ({"order": "efavirenz", "genes": {"CYP2B6": "*1/*1"}, "born": "2019-06-01"}, 0, False),
        ({"order": "aspirin", "phenotypes": {"G6PD": "Deficient"}, "sex": "male"}, 0, True),
        ({"order": "aspirin", "phenotypes": {"G6PD": "Deficient"}, "sex": "male", "dose": "100 mg, 1"}, 0, False),
        ({"order": "aspirin", "phenotypes": {"G6PD": "Normal"}, "sex": "male"}, 0, False),
    ],
)
def test_an_open_limit_is_told_where_the_result_matters(given: dict[str, object], cards: int, told: bool, knowledge: Knowledge) -> None:
    found = assess_orders(profile(Case("", "", given, {}), knowledge), knowledge)
    assert len(found.findings) == cards
    assert any((gap.subject, gap.reason) == (given["order"], "unavailable") for gap in found.gaps) is told
