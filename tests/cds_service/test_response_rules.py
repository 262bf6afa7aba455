"""The validator itself: it must find each broken rule, or it proves nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.response_rules import problems

GOOD: dict[str, Any] = {
    "cards": [
        {
            "uuid": "2f4a1f5e-6e0c-5f0e-9f43-0d9d3f7a3c11",
            "summary": "Avoid it; use another",
            "indicator": "warning",
            "source": {"label": "Body", "url": "https://example.org", "topic": {"system": "urn:x", "code": "abc", "display": "x"}},
            "suggestions": [
                {
                    "label": "Remove",
                    "uuid": "2f4a1f5e-6e0c-5f0e-9f43-0d9d3f7a3c12",
                    "actions": [{"type": "delete", "description": "Remove", "resourceId": "MedicationRequest/1"}],
                }
            ],
            "selectionBehavior": "at-most-one",
            "overrideReasons": [{"system": "urn:x", "code": "a", "display": "A"}],
            "links": [{"label": "Guideline", "url": "https://example.org", "type": "absolute"}],
        }
    ]
}


def test_a_good_response_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert problems({"cards": []}) == []


BREAKS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("no summary", lambda c: c.pop("summary"), "summary"),
    ("140 characters", lambda c: c.update(summary="x" * 140), "summary"),
    ("indicator", lambda c: c.update(indicator="hard-stop"), "indicator"),
    ("null member", lambda c: c.update(detail=None), "empty or null"),
    ("empty member", lambda c: c.update(links=[]), "empty or null"),
    ("html in detail", lambda c: c.update(detail="a <b>c</b>"), "raw HTML"),
    ("no uuid", lambda c: c.pop("uuid"), "uuid"),
    ("no source label", lambda c: c["source"].pop("label"), "label"),
    ("topic not alphanumeric", lambda c: c["source"]["topic"].update(code="a-b"), "topic"),
    ("relative url", lambda c: c["source"].update(url="/x"), "absolute"),
    ("no selectionBehavior", lambda c: c.pop("selectionBehavior"), "selectionBehavior"),
    ("suggestion without label", lambda c: c["suggestions"][0].pop("label"), "label"),
    ("delete without type", lambda c: c["suggestions"][0]["actions"][0].update(resourceId="1"), "Type/id"),
    ("create without resource", lambda c: c["suggestions"][0]["actions"][0].update(type="create"), "full resource"),
    ("override without display", lambda c: c["overrideReasons"][0].pop("display"), "overrideReasons"),
    ("appContext on absolute", lambda c: c["links"][0].update(appContext="x"), "appContext"),
]


@pytest.mark.parametrize(("change", "said"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_each_broken_rule_is_found(change: Callable[[dict[str, Any]], object], said: str) -> None:
    broken = copy.deepcopy(GOOD)
    change(broken["cards"][0])
    assert any(said in problem for problem in problems(broken))
