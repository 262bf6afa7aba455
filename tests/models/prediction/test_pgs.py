"""Scoring files of the PGS Catalog: what is read, and each way in which a file is refused with line and remedy."""

from __future__ import annotations

import math

import pytest

from models.errors import KnowledgeError
from models.features.allele_counts import allele_counts
from models.knowledge.score_files import read_distribution
from models.knowledge.score_types import AlleleCount, VariantScore
from models.prediction.pgs import read_pgs
from models.prediction.variant_score import VariantScored, add_up, standing
from models.variant import Place, Variant

HEADER = """###PGS CATALOG SCORING FILE - made up for tests
#format_version=2.0
##POLYGENIC SCORE (PGS) INFORMATION
#pgs_id=PGS999999
#pgs_name=made-up
#trait_reported=Made-up trait
#genome_build=GRCh37
#weight_type=beta
#variants_number=10
##HARMONIZATION DETAILS
#HmPOS_build=GRCh38
#HmPOS_date=2026-01-02
"""
COLUMNS = "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\thm_chr\thm_pos\thm_inferOtherAllele"
ROWS = [f"rs{n}\t1\t{100 + n}\tA\tG\t{n / 10}\t1\t{1000 + n}\t" for n in range(1, 11)]


def file(rows: list[str] = ROWS, header: str = HEADER, columns: str = COLUMNS) -> str:
    return header + "\n".join([columns, *rows]) + "\n"


def read(text: str) -> VariantScore:
    return read_pgs(text, "made-up.txt", "2026-11-27")


def changed(line: int, old: str, new: str) -> list[str]:
    return [row.replace(old, new, 1) if number == line else row for number, row in enumerate(ROWS)]


def seen(score: VariantScore, copies: int = 1) -> dict[str, AlleleCount]:
    return {v.id: AlleleCount(copies) for v in score.variants}


def test_a_harmonised_file_is_read_on_its_harmonised_build() -> None:
    score = read(file())
    assert (score.id, score.label, score.build, len(score.variants)) == ("PGS999999", "Made-up trait", "GRCh38", 10)
    first = score.variants[0]
    assert (first.id, first.chromosome, first.position, first.effect, first.other, first.weight) == ("rs1", "1", 1001, "A", "G", 0.1)
    assert not any(v.unusable for v in score.variants)


def test_a_file_that_is_not_harmonised_is_read_on_its_own_build() -> None:
    score = read(file(header=HEADER.replace("#HmPOS_build=GRCh38\n", "")))
    assert (score.build, score.variants[0].position) == ("GRCh37", 101)


def test_weights_add_up_copy_by_copy() -> None:
    score = read(file())
    result = add_up(score, {**seen(score), "rs10": AlleleCount(2)})
    assert isinstance(result, VariantScored)
    assert math.isclose(result.value, sum(n / 10 for n in range(1, 10)) + 2 * 1.0)


def test_variants_of_a_chart_are_counted_on_either_strand() -> None:
    score = read(file())
    place = Place(build="GRCh38", chromosome="1", start=1001, counts_from=1, ref="C", alt="T")  # faces G and A
    found = allele_counts([Variant("Observation/1", "present", zygosity="homozygous", place=place)], score)
    assert found["rs1"] == AlleleCount(2, "Observation/1")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("rs10\t1\t110\tA\tT\t1.0\t1\t1010\t", "A/T or C/G"),
        ("rs10\t1\t110\tC\tG\t1.0\t1\t1010\t", "A/T or C/G"),
        ("rs10\t1\t110\tA\t\t1.0\t1\t1010\t", "does not say its other allele"),
        ("rs10\t1\t110\tA\t\t1.0\t1\t1010\tG/T", "does not say its other allele"),
        ("rs10\t1\t110\tA\tG\t1.0\t\t\t", "no place on this build"),
        ("rs10\t1\t110\tA\tG\t1.0\tUn\t1010\t", "no place on this build"),
        ("rs10\t1\t110\tDQB1*06:02\tG\t1.0\t1\t1010\t", "no bases"),
        ("rs10\t1\t110\tA\tA\t1.0\t1\t1010\t", "both of its alleles are the same"),
    ],
)
def test_a_variant_that_cannot_be_counted_lowers_the_coverage(row: str, why: str) -> None:
    score = read(file([*ROWS[:9], row]))
    assert why in score.variants[9].unusable
    result = add_up(score, seen(score))
    assert isinstance(result, tuple)  # a tenth of the variants, and more than that of the weight
    assert "9 of its 10 variants" in result[0].because


def test_an_inferred_other_allele_counts() -> None:
    assert read(file([*ROWS[:9], "rs10\t1\t110\tA\t\t1.0\t1\t1010\tG"])).variants[9].other == "G"


def test_several_alleles_at_one_place_are_not_counted() -> None:
    rows = [*ROWS[:9], "rs10\t1\t109\tC\tG\t1.0\t1\t1009\t"]
    score = read(file(rows))
    assert score.variants[8].unusable == "several alleles are counted at its place"
    assert score.variants[9].unusable


def test_a_repeated_dbsnp_id_is_told_apart_by_its_place() -> None:
    score = read(file([*ROWS[:9], "rs9\t1\t110\tA\tG\t1.0\t1\t1010\t"]))
    assert len({v.id for v in score.variants}) == 10


@pytest.mark.parametrize(
    ("text", "complaint", "remedy"),
    [
        ("", "#pgs_id", "as it is"),
        (file(header=HEADER.replace("#pgs_id=PGS999999\n", "")), "#pgs_id", "as it is"),
        (file(header=HEADER.replace("HmPOS_build=GRCh38", "HmPOS_build=NCBI36")), "NCBI36", "harmonised"),
        (file(header=HEADER.replace("#HmPOS_build=GRCh38\n", "").replace("=GRCh37", "=NR")), "'NR'", "harmonised"),
        (file(header=HEADER.replace("weight_type=beta", "weight_type=OR")), "weight_type OR", "logarithms"),
        (file(columns=COLUMNS.replace("effect_weight", "weight")), "line 13 has no column effect_weight", "harmonised"),
        (file(header=HEADER.replace("#pgs_name", "#pgs_id=PGS000001\n#pgs_name")), "line 5 says #pgs_id again", "download"),
        (file(columns=COLUMNS.replace("effect_weight", "dosage_1_weight")), "line 13 has weights by dosage", "copy by copy"),
        (file([row + "\tOR" for row in ROWS], columns=f"{COLUMNS}\tweight_type"), "line 14: weight_type OR", "logarithms"),
        (file(columns=COLUMNS.replace("\t", ",")), "line 13", "tabs"),
        (file(columns=COLUMNS.replace("chr_name", "rsID")), "column rsID twice", "keep one"),
        (file([]), "no variants", "download it again"),
        (file(ROWS[:9]), "says 10 variants and holds 9", "download it again"),
        (file(changed(3, "0.4", "much")), "line 17: effect_weight 'much'", "download"),
        (file(changed(3, "0.4", "nan")), "line 17: effect_weight 'nan'", "download"),
        (file(changed(3, "0.4", "1e999")), "line 17", "download"),
        (file([*ROWS[:9], ROWS[0]]), "line 23 counts the allele of line 14 again", "keep one"),
        (file([*ROWS[:9], ROWS[9] + "\tmore"]), "line 23 has more cells", "download it again"),
    ],
)
def test_a_broken_file_is_refused_with_its_line_and_the_remedy(text: str, complaint: str, remedy: str) -> None:
    with pytest.raises(KnowledgeError) as refusal:
        read(text)
    assert "made-up.txt" in str(refusal.value)
    assert complaint in str(refusal.value)
    assert remedy in str(refusal.value)


@pytest.mark.parametrize("column", ["is_haplotype", "is_diplotype", "is_interaction", "is_dominant", "is_recessive"])
def test_scores_that_do_not_add_up_copy_by_copy_are_refused(column: str) -> None:
    plain = [row + "\tFalse" for row in ROWS]
    assert len(read(file(plain, columns=f"{COLUMNS}\t{column}")).variants) == 10
    with pytest.raises(KnowledgeError, match=f"line 23: {column} is set"):
        read(file([*plain[:9], ROWS[9] + "\tTrue"], columns=f"{COLUMNS}\t{column}"))


def test_weights_by_dosage_are_refused() -> None:
    rows = [row + "\t0\t0.1\t0.5" for row in ROWS]
    with pytest.raises(KnowledgeError, match="dosage_0_weight is set"):
        read(file(rows, columns=f"{COLUMNS}\tdosage_0_weight\tdosage_1_weight\tdosage_2_weight"))


def test_line_ends_and_marks_of_other_systems_change_nothing() -> None:
    assert read("\ufeff" + file().replace("\n", "\r\n")).variants == read(file()).variants


def test_a_sites_own_comparison_is_read_strictly() -> None:
    values = {"score": "PGS999999", "ancestry": "european", "mean": 5.0, "sd": 1.0, "people": 500, "source": "made up"}
    score = read(file())
    result = add_up(score, seen(score))
    assert isinstance(result, VariantScored)
    found = standing(result, "european", (read_distribution(values, "own.toml"),))
    assert math.isclose(found.low, 69.146, abs_tol=1e-3)  # type: ignore[union-attr] # half a standard deviation above
    for wrong in ({"sd": 0.0}, {"people": 99}, {"mean": "high"}, {"more": 1}):
        with pytest.raises(KnowledgeError, match=r"own\.toml"):
            read_distribution({**values, **wrong}, "own.toml")
