"""A data frame of an old pandas is rebuilt without pandas, and anything that only looks like one is refused."""

from __future__ import annotations

import math
import pickle

import pandas as pd
import pytest

from models.training.pickle_values import Untrusted
from models.training.pickled_frame import columns_of
from tests.support.opcodes import called, frame, listed, named, pickled, several, table, text, with_state

GOOD = frame(("dose", [35.0, math.nan, 21.5]), ("sex", ["male", "female", "male"]))


def test_columns_come_out_by_name_and_row() -> None:
    found = columns_of(GOOD)
    assert list(found) == ["dose", "sex"]
    assert list(found["sex"]) == ["male", "female", "male"]
    assert found["dose"][0] == 35.0 and math.isnan(found["dose"][1]) and found["dose"][2] == 21.5


@pytest.mark.parametrize(
    "bad",
    [
        pickled(text("a text")),
        pickled(listed()),
        pickled(called(named("pandas.core.frame", "DataFrame"))),
        pickled(with_state(called(named("pandas.core.frame", "DataFrame")), table([]))),
        pickled(with_state(called(named("pandas.core.frame", "DataFrame")), several())),
        frame(("dose", [35.0]), ("sex", ["male", "female"])),  # columns of unequal length
        frame(("dose", [35.0]), ("dose", ["male"])),  # two of one name
        frame(("dose", [35.0]), ("sex", ["male"]), order=">"),
        GOOD.replace(b"0.14.1", b"0.99.1"),
        GOOD[:-40],
        pickle.dumps(pd.DataFrame({"dose": [35.0]})),  # today's pandas lays it out in another way
    ],
)
def test_what_is_no_such_frame_is_refused(bad: bytes) -> None:
    with pytest.raises(Untrusted):
        columns_of(bad)


def test_a_command_hidden_in_a_cell_is_refused() -> None:
    bad = GOOD.replace(text("female"), called(named("os", "system"), text("true")))
    assert bad != GOOD
    with pytest.raises(Untrusted, match=r"os\.system"):
        columns_of(bad)
