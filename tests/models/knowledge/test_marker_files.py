"""What results of markers mean: read strictly, every name resolves, and predicates ask only what a marker can answer."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.knowledge.biomarker_terms import read_atom
from models.knowledge.marker_files import atom_fault, marker_faults, read_markers_known
from models.knowledge.marker_types import MarkerKnowledge
from models.knowledge.types import Knowledge

WHERE = "biomarkers/markers.toml"
SOURCE = {"body": "b", "version": "v", "date": "2026", "url": "u", "retrieved": "2026-11-26", "data": "d"}
ASPECT = {"name": "stain", "results": ["marker-er"], "answers": {"3+": "3+"}}
READING = {"when": {"stain": ["3+"]}, "holds": ["positive"], "fails": ["negative"]}
MARKER = {"name": "X", "words": ["x"], "states": ["positive", "negative"], "aspect": [ASPECT], "reading": [READING]}
SCORE = {"shared": ["marker-er"], "said": ["tps"], "units": ["%"], "high": 100}


@pytest.fixture(scope="module")
def known() -> MarkerKnowledge:
    return read_markers_known(tomli.loads(files("models.knowledge").joinpath(WHERE).read_text("utf-8")), WHERE)


def test_every_name_resolves(known: MarkerKnowledge, knowledge: Knowledge) -> None:
    assert not list(marker_faults(known, knowledge.clinical, WHERE))
    fault = next(marker_faults(known, [n for n in knowledge.clinical if n != "marker-tmb"], WHERE))
    assert fault == f"{WHERE}: 'TMB' is told by 'marker-tmb', which is not in clinical/; add it there or correct the name"


@pytest.mark.parametrize(
    "atom",
    [
        *("HER2 positive", "HER2 negative", "HER2 low", "HER2 ultralow", "ER positive", "ER negative", "PR positive"),
        *("PD-L1 TPS >= 50", "PD-L1 TC >= 1", "PD-L1 CPS >= 10", "PD-L1 TAP >= 1", "PD-L1 IC >= 5", "TMB >= 10"),
        *("MSI high", "MMR deficient", "MMR proficient", "HRD positive", "FOLR1 positive", "CLDN18.2 positive", "c-Met positive"),
        *("CD20 positive", "CD19 positive", "del(5q) positive", "KRAS mutation"),
    ],
)
def test_what_predicates_ask_can_be_asked(atom: str, known: MarkerKnowledge) -> None:
    assert atom_fault(read_atom(atom), known) == ""


@pytest.mark.parametrize(
    ("atom", "says"),
    [
        ("HER3 positive", "'HER3' is no marker"),
        ("HER2 high", "'high' is no state of 'HER2'"),
        ("MSI >= 10", "'MSI' has no number"),
        ("TMB high", "'high' is no state of 'TMB'"),
    ],
)
def test_what_can_never_be_answered_is_told(atom: str, says: str, known: MarkerKnowledge) -> None:
    assert says in atom_fault(read_atom(atom), known)


def test_markers_share_a_result_only_by_their_words(known: MarkerKnowledge) -> None:
    """Two numbers of one code must not be named by the same word."""
    scores = [k.score for k in known.kinds.values() if k.score is not None and k.score.shared]
    said = [word for score in scores for word in score.said]
    assert len(said) == len(set(said)) > 8


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"aspect": [ASPECT | {"name": "copies"}]}, "'stain' is none of the marker's aspects"),
        ({"reading": [READING | {"when": {"stain": ["4+"]}}]}, "'4\\+' is an answer that no result of 'stain' can give"),
        ({"reading": [READING | {"when": {}}]}, "is empty"),
        ({"reading": [READING | {"when": {"stain": []}}]}, "is empty"),
        ({"reading": [READING | {"holds": ["low"]}]}, "'low' is none of the marker's states"),
        ({"reading": [READING | {"fails": ["positive"]}]}, "cannot hold and fail at once"),
        ({"reading": []}, "aspects without readings"),
        ({"aspect": [ASPECT | {"answers": {"Strong": "3+"}}]}, "must be in lower case"),
        ({"aspect": [ASPECT | {"positive_from": 101}]}, "must lie between"),
        ({"words": ["X"]}, "must be in lower case"),
        ({"states": [], "aspect": [], "reading": []}, "needs either states or a score"),
        ({"score": SCORE}, "needs either states or a score"),
        ({"more": 1}, "not a key that is read"),
    ],
)
def test_slips_of_a_marker_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(KnowledgeError, match=says):
        read_markers_known({"source": SOURCE, "marker": [MARKER | change]}, WHERE)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"units": []}, "needs units"),
        ({"high": 0}, "needs units"),
        ({"said": []}, "must say which one"),
        ({"said": ["TPS"]}, "must be in lower case"),
    ],
)
def test_slips_of_a_score_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(KnowledgeError, match=says):
        read_markers_known({"source": SOURCE, "marker": [{"name": "X", "words": ["x"], "score": SCORE | change}]}, WHERE)


def test_a_name_has_one_place() -> None:
    with pytest.raises(KnowledgeError, match="'X' is there twice"):
        read_markers_known({"source": SOURCE, "marker": [MARKER, MARKER]}, WHERE)
