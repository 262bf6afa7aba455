"""JSON that must come out as it went in."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.wire import read_json, whole_number, write_json


@pytest.mark.parametrize("text", [b'{"a":0.010}', b"[1.50,-0.0,1E2,12345678901234567890123,1e-400]", '{"é":"\u2028"}'.encode()])
def test_numbers_and_text_round_trip(text: bytes) -> None:
    assert write_json(read_json(text)) == text


def test_other_objects_are_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        write_json({"a": object()})


@pytest.mark.parametrize(
    ("value", "number"), [(5, 5), ("5", 5), ("5.0", 5), (True, None), (None, None), ("x", None), ([], None), ("1e999", None), ("5.5", None)]
)
def test_whole_numbers(value: Any, number: int | None) -> None:
    assert whole_number(value) == number


def test_whole_numbers_from_lossless_decimals() -> None:
    assert whole_number(read_json(b"300.0")) == 300
