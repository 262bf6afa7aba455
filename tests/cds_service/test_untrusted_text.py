"""Text that is not ours is shown as written and never executed: of patients, of sources, of sites."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
TALK = ROOT / "tests" / "conversations" / "clopidogrel-poor-metabolizer.request.json"


@pytest.mark.parametrize("hostile", ["{{7*7}}", "{drug}", "{drug.__class__.__mro__}", "{0}", "${7*7}", "%(drug)s", "<%= 7*7 %>"])
def test_security_S51_a_template_in_a_patients_data_stays_literal(hostile: str, client: FlaskClient) -> None:
    body: dict[str, Any] = json.loads(TALK.read_text("utf-8"))
    body["prefetch"]["patient"]["name"] = [{"text": hostile, "family": hostile}]
    for entry in body["prefetch"]["genotypes"]["entry"]:
        entry["resource"]["performer"] = [{"display": f"Laboratory {hostile} end"}]
    response = client.post("/cds-services/precision-order-sign", json=body)
    assert response.status_code == 200
    [card] = response.get_json()["cards"]
    shown = card["detail"].replace("\\", "")
    assert f"Laboratory {hostile.replace('<', '‹')} end" in shown
    assert "49" not in card["detail"] and "<class" not in card["detail"]


def test_security_S50_only_the_words_of_cards_are_templates() -> None:
    """Beside constants of the code, `format` fills the shipped messages alone, which are checked to have plain parts when they are read."""
    used = set()
    for floor in ("cds_service", "fhir_mappings", "models"):
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                fills = isinstance(node, ast.Attribute) and node.attr in ("format", "format_map", "vformat")
                if fills and not ast.unparse(node.value).partition("[")[0].isupper():  # type: ignore[attr-defined]
                    used.add(path.relative_to(ROOT).as_posix())
    assert used == {"cds_service/messages/__init__.py", "cds_service/words.py"}


def test_fault_F06_security_S50_no_pattern_comes_from_knowledge() -> None:
    """In `models`, what knowledge files say is compared, never compiled: each pattern is written in the code, or escaped there."""
    found = []
    for path in (ROOT / "models").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            compiles = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "re"
            if compiles and node.func.attr != "escape" and not _written(node.args[0]):  # type: ignore[attr-defined]
                found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")  # type: ignore[attr-defined]
    assert found == []


def _written(pattern: ast.expr) -> bool:
    """A constant, a choice of constants, or a text whose parts are constants of the module or escaped."""
    if isinstance(pattern, ast.JoinedStr):
        return all(
            isinstance(part, ast.Constant) or _safe(part.value)
            for part in pattern.values
            if isinstance(part, ast.FormattedValue | ast.Constant)
        )
    if isinstance(pattern, ast.IfExp):
        return _written(pattern.body) and _written(pattern.orelse)
    return isinstance(pattern, ast.Constant) or _safe(pattern)


def _safe(value: Any) -> bool:
    if isinstance(value, ast.Name):
        return value.id.lstrip("_").isupper()
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "re.escape"
