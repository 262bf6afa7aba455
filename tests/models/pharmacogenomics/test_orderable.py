"""Which test a pre-test finding offers: the missing gene's own, where its file holds a code, and never one that is on order."""

from __future__ import annotations

import pytest

from models.decisions.assess import assess_orders
from models.knowledge.types import Knowledge
from tests.support.cases import Case, profile


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ({"order": "abacavir"}, [("HLA-B*57:01", "50956-2")]),
        ({"order": "rasburicase"}, [("G6PD", "32546-4")]),
        ({"order": "rasburicase", "requests": ["g6pd-activity"], "genes": {"G6PD": "B (reference)/Aachen"}}, []),
        ({"order": "fluorouracil"}, [("DPYD", "79719-1")]),
        ({"order": "azathioprine", "genes": {"NUDT15": "*1/*1"}}, [("TPMT", "79713-4")]),
        ({"order": "azathioprine", "genes": {"TPMT": "*1/*1"}}, []),
        ({"order": "azathioprine", "genes": {"NUDT15": "*1/*1"}, "requests": ["79713-4"]}, []),
        ({"order": "abacavir", "complete": False}, []),
        ({"order": "abacavir", "presence": {"HLA-B*57:01": True}}, []),
    ],
)
def test_what_is_offered(given: dict[str, object], offered: list[tuple[str, str]], knowledge: Knowledge) -> None:
    (found,) = assess_orders(profile(Case("", "", given, {}), knowledge), knowledge).findings
    assert [(test.name, test.loinc) for test in found.tests] == offered
