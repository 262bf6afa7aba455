"""Tables of rows on tumours are read strictly: file, line and column are named."""

from __future__ import annotations

import pytest

from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.therapy_row_files import CIVIC_COLUMNS, LABEL_COLUMNS, read_items, read_labels

HEAD = {
    "source": {"body": "FDA", "version": "1", "date": "2026", "url": "https://example.org", "retrieved": "2026-11-26", "data": "made up"},
}
DRUGS = {"osimertinib": Drug("osimertinib", "1721560")}
ROW = {
    "id": "fda-1", "medicines": "osimertinib", "tumours": "NSCLC", "except": "", "biomarkers": "EGFR p.L858R", "direction": "sensitivity",
    "setting": "metastatic; first-line", "age_from": "18", "age_below": "", "needs": "yes", "approved": "2018-04-18",
    "label_date": "2024-02-16", "url": "https://example.org", "biomarker_words": "L858R", "tumour_words": "lung",
    "digest": "0" * 12, "withdrawn": "", "note": "",
}  # fmt: skip
ITEM = {
    "id": "7", "medicines": "osimertinib", "tumours": "NSCLC", "biomarkers": "EGFR p.L858R", "direction": "no benefit", "level": "B",
    "origin": "somatic", "reviewed": "2020-01-02", "pubmed": "123", "note": "",
}  # fmt: skip


def labels(**changed: str) -> str:
    return "\t".join(LABEL_COLUMNS) + "\n" + "\t".join((ROW | changed)[name] for name in LABEL_COLUMNS)


def test_a_row() -> None:
    (row,) = read_labels(HEAD, labels(), "biomarkers/fda_x.tsv", DRUGS)
    assert (row.medicines, row.setting, row.age_from, row.needs, row.level) == (
        (DRUGS["osimertinib"],),
        ("metastatic", "first-line"),
        18,
        True,
        "label",
    )


def test_an_item() -> None:
    text = "\t".join(CIVIC_COLUMNS) + "\n" + "\t".join(ITEM[name] for name in CIVIC_COLUMNS)
    (row,) = read_items(HEAD, text, "biomarkers/civic.tsv", DRUGS)
    assert (row.id, row.level, row.url, row.as_of) == ("EID7", "B", "https://pubmed.ncbi.nlm.nih.gov/123/", "2020-01-02")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"medicines": "osimertinibb"}, "line 2: medicines names 'osimertinibb'"),
        ({"biomarkers": "egfr"}, "line 2: biomarkers 'egfr' is no biomarker"),
        ({"direction": "helps"}, "direction is 'helps'"),
        ({"age_from": "adult"}, "age_from is 'adult'"),
        ({"label_date": "2024"}, "label_date is '2024'"),
        ({"withdrawn": "soon"}, "withdrawn is 'soon'"),
        ({"needs": "perhaps"}, "needs is 'perhaps'"),
        ({"tumours": ""}, "tumours is empty"),
        ({"digest": ""}, "digest is empty"),
    ],
)
def test_a_wrong_cell(changed: dict[str, str], said: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        read_labels(HEAD, labels(**changed), "biomarkers/fda_x.tsv", DRUGS)
    assert said in str(error.value)


def test_a_missing_column_and_a_missing_cell() -> None:
    with pytest.raises(KnowledgeError, match="the first line must name the columns"):
        read_labels(HEAD, "id\tmedicines", "biomarkers/fda_x.tsv", DRUGS)
    with pytest.raises(KnowledgeError, match="line 2 has 1 cells"):
        read_labels(HEAD, "\t".join(LABEL_COLUMNS) + "\nfda-1", "biomarkers/fda_x.tsv", DRUGS)
