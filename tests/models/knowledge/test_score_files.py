"""Files of genetic scores: each way in which one is refused, with the place and the remedy."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.knowledge.score_files import read_score

FOLDER = files("models.knowledge") / "scores"
HEAD = (FOLDER / "t1d-grs2.toml").read_text("utf-8")
TABLE = (FOLDER / "t1d-grs2.tsv").read_text("utf-8")
FIRST = TABLE.splitlines()[1]


def refusal(head: str = HEAD, table: str = TABLE) -> str:
    values: dict[str, Any] = tomli.loads(head)
    with pytest.raises(KnowledgeError) as refused:
        read_score(values, table, "scores/t1d-grs2.toml")
    return str(refused.value)


def test_the_shipped_score_is_read() -> None:
    score = read_score(tomli.loads(HEAD), TABLE, "scores/t1d-grs2.toml")
    assert len(score.variants) == 67
    assert score.strand_known


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("coverage = 0.9", "coverage = 0.3", "coverage is 0.3"),
        ('build = "GRCh38"', 'build = "hg38"', "GRCh37, GRCh38"),
        ('part = "dq"', 'part = "hlb"', "haplotypes.part"),
        ("DQ62 = 1\n", "", "has no rank of DQ62"),
        ("DQ25 = 2\n", "DQ25 = 1\n", "one rank"),
        ('both = ["DQ25", "DQ81"]', 'both = ["DQ25", "DQ99"]', "must name two haplotypes"),
        ('both = ["DQ25", "DQ81"]', 'both = ["DQ81", "DQ81"]', "must name two haplotypes"),
        ("[haplotypes.single]\n", "[haplotypes.single]\nDQ76 = 1.0\n", "has no rank of DQ76"),
        ("[haplotypes.single]\n", "[haplotypes.single]\nDQ64 = 1.0\n", "has no rank of DQ64"),
        ('label = "type 1', 'colour = "red"\nlabel = "type 1', "score.colour is not a key"),
    ],
)
def test_a_wrong_head_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in HEAD
    said = refusal(HEAD.replace(old, new, 1))
    assert "scores/t1d-grs2.toml" in said
    assert complaint in said


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("rsid\tchromosome", "name\tchromosome", "the first line must be"),
        ("\t32705608\t", "\there\t", "line 2: position or bases"),
        ("\t32705608\tC\tG\tG", "\t32705608\tC\tC\tC", "line 2: position or bases"),
        ("\t32705608\tC\tG\tG", "\t32705608\tC\tG\tT", "line 2: 'T' is none of its alleles"),
        ("\tdq\tDQ81", "\tdq\tDQ99", "differ in DQ81, DQ99"),
        ("\t\tdq\tDQ81", "\t1.0\tdq\tDQ81", "a tag has no weight"),
        ("\t1.78\thla", "\theavy\thla", "'heavy' is no finite number"),
        ("\t1.78\thla", "\tnan\thla", "'nan' is no finite number"),
        ("\t1.78\thla", "\t1.78\telsewhere", "no part of the score"),
        (FIRST, f"{FIRST}\n{FIRST}", "6:32705608 is there twice"),
        (FIRST, f"{FIRST}\tmore", "10 cells, not 9"),
    ],
)
def test_a_wrong_table_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in TABLE
    assert complaint in refusal(table=TABLE.replace(old, new, 1))
