"""A genetic score from a VCF: genotypes counted, doubt told, and files that must not be read. And the command around it."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.errors import InputError
from cds_service.importing.vcf_scored import scored_variants
from models.features.allele_counts import allele_counts
from models.knowledge.score_types import AlleleCount, VariantScore
from models.patient import Gap
from models.prediction.variant_score import VariantScored, add_up
from tests.support.shipped import shipped
from tests.support.vcf_files import HEADER, record, vcf

#: DQ2.5 and DQ8.1 by their tags, two copies at rs3842753, one insertion: 3.632269419 + 2 x 0.83 + 1.78
KNOWN = {"rs9273369": 1, "rs9275490": 1, "rs3842753": 2, "rs540653847": 1}


def grs2() -> VariantScore:
    return shipped().scores["t1d-grs2"]


def lines(counted: Mapping[str, int] = KNOWN, without: tuple[str, ...] = (), prefix: str = "chr") -> list[str]:
    """One record for each variant of the score, in the order of places."""
    found = []
    for v in sorted(grs2().variants, key=lambda v: (int(v.chromosome), v.position)):
        alternative = v.other if v.effect == v.reference else v.effect
        copies = counted.get(v.id, 0)
        copies = 2 - copies if v.effect == v.reference else copies
        if v.id not in without:
            genotype = ("0/0", "0/1", "1/1")[copies]
            found.append(record(f"{prefix}{v.chromosome}", v.position, v.reference, alternative, genotype))
    return found


def changed(name: str, line: str, counted: Mapping[str, int] = KNOWN) -> list[str]:
    """With another record in the place of one variant's."""
    place = next(f"chr{v.chromosome}\t{v.position}\t" for v in grs2().variants if v.id == name)
    return [line if each.startswith(place) else each for each in lines(counted)]


def written(folder: Path, content: list[str], header: tuple[str, ...] = HEADER) -> Path:
    path = folder / "made-up.vcf"
    path.write_text(vcf(content, header=header), "utf-8")
    return path


def scored(path: Path, absent_is_reference: bool = False) -> VariantScored | tuple[Gap, ...]:
    return add_up(grs2(), allele_counts(scored_variants(path, grs2(), absent_is_reference=absent_is_reference), grs2()))


def given(found: VariantScored | tuple[Gap, ...]) -> VariantScored:
    assert isinstance(found, VariantScored), found
    return found


@pytest.mark.parametrize("prefix", ["chr", ""])
def test_a_whole_file_gives_the_score_by_hand(tmp_path: Path, prefix: str) -> None:
    found = given(scored(written(tmp_path, lines(prefix=prefix))))
    assert found.value == pytest.approx(3.632269419 + 2 * 0.83 + 1.78)
    assert found.low == found.high
    assert found.haplotypes == ("DQ25", "DQ81")


def test_places_in_no_record_are_missing_unless_the_caller_says_otherwise(tmp_path: Path) -> None:
    only_changed = [line for line in lines() if not line.endswith("0/0")]
    assert isinstance(scored(written(tmp_path, only_changed)), tuple)
    elsewhere = {line.split("\t")[0] for line in lines()} - {line.split("\t")[0] for line in only_changed}
    more = [record(chromosome, 100, "A", "G", "0/1") for chromosome in sorted(elsewhere)]
    found = given(scored(written(tmp_path, only_changed + more), absent_is_reference=True))
    assert found.value == pytest.approx(3.632269419 + 2 * 0.83 + 1.78)
    nothing_of_chromosome_1 = [line for line in only_changed + more if not line.startswith("chr1\t")]
    lost = given(scored(written(tmp_path, nothing_of_chromosome_1), absent_is_reference=True))
    assert {gap.subject for gap in lost.missing} == {"rs6679677", "rs3024505"}


@pytest.mark.parametrize(
    "sample",
    [
        {"sample": "./."},
        {"sample": "0/."},
        {"sample": "0/1", "filter": "LowQual"},
        {"sample": "0/1:0", "format": "GT:DP"},
        {"sample": "1"},
        {"sample": "0/1/1"},
    ],
)
def test_what_is_doubtful_counts_as_not_seen(tmp_path: Path, sample: dict[str, str]) -> None:
    line = record("chr11", 2159830, "T", "G", **sample)
    found = given(scored(written(tmp_path, changed("rs3842753", line))))
    assert [gap.subject for gap in found.missing] == ["rs3842753"]
    assert found.high - found.low == pytest.approx(2 * 0.83)


def test_another_change_at_the_place_is_no_genotype_of_it(tmp_path: Path) -> None:
    for line in (record("chr11", 2159830, "T", "A", "0/1"), record("chr11", 2159830, "T", "G,A", "1/2")):
        found = given(scored(written(tmp_path, changed("rs3842753", line))))
        assert [gap.subject for gap in found.missing] == ["rs3842753"]
    deletion = [*lines(without=("rs3842753",)), record("chr11", 2159828, "CTTG", "C", "0/1")]
    assert [gap.subject for gap in given(scored(written(tmp_path, sorted(deletion, key=_order)))).missing] == ["rs3842753"]


def _order(line: str) -> tuple[int, int]:
    chromosome, position, *_ = line.split("\t")
    return int(chromosome.removeprefix("chr")), int(position)


def test_a_block_of_reference_covers_what_lies_in_it(tmp_path: Path) -> None:
    block = record("chr11", 2159000, "A", "<NON_REF>", "0/0", info="END=2160000")
    found = given(scored(written(tmp_path, sorted([*lines(without=("rs3842753",)), block], key=_order))))
    assert not found.missing
    assert found.value == pytest.approx(3.632269419 + 1.78)


@pytest.mark.parametrize(
    ("header", "line", "complaint"),
    [
        ((*HEADER[:2], "##contig=<ID=chr1,length=249250621,assembly=GRCh37>", *HEADER[3:]), None, "GRCh37"),
        ((*HEADER[:2], *HEADER[3:]), None, "does not tell the reference genome"),
        (HEADER, record("chr11", 2159830, "C", "G", "0/1"), "reference base is not that of GRCh38"),
    ],
)
def test_a_file_on_another_genome_is_refused(tmp_path: Path, header: tuple[str, ...], line: str | None, complaint: str) -> None:
    content = changed("rs3842753", line) if line else lines()
    with pytest.raises(InputError, match=complaint):
        scored(written(tmp_path, content, header))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["model", "score", *words])


def test_the_command_tells_score_coverage_and_why_there_is_no_percentile(tmp_path: Path) -> None:
    done = run("t1d-grs2", "--vcf", str(written(tmp_path, lines(without=("rs6679677",)))), "--ancestry", "white")
    assert done.exit_code == 0, done.output
    for part in ("7.072", "66 of 67 variants", "DQ25 / DQ81", "Not seen: rs6679677", "No percentile: no reference for this ancestry"):
        assert part in done.output


def test_the_command_compares_with_a_reference_of_the_same_ancestry(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('score = "t1d-grs2"\nancestry = "white"\nmean = 5.072269419\nsd = 2.0\npeople = 400\nsource = "made up"\n', "utf-8")
    path = str(written(tmp_path, lines()))
    assert "Higher than 84 % of 400 people" in run("t1d-grs2", "--vcf", path, "--ancestry", "white", "--reference", str(own)).output
    assert "No percentile" in run("t1d-grs2", "--vcf", path, "--ancestry", "black", "--reference", str(own)).output


def test_the_command_abstains_where_too_little_was_seen(tmp_path: Path) -> None:
    done = run("t1d-grs2", "--vcf", str(written(tmp_path, lines()[:40])))
    assert done.exit_code == 1
    assert "40 of its 67 variants" in done.output or "tell its haplotypes" in done.output


def test_the_command_reads_a_file_of_the_pgs_catalog(tmp_path: Path) -> None:
    head = "#pgs_id=PGS999999\n#trait_reported=made up\n#genome_build=GRCh38\n#weight_type=beta\n"
    columns = "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n"
    rows = "rs3842753\t11\t2159830\tG\tT\t0.5\nrs6679677\t1\t113761186\tA\tC\t0.25\n"
    file = tmp_path / "PGS999999.txt"
    file.write_text(head + columns + rows, "utf-8")
    done = run(str(file), "--vcf", str(written(tmp_path, lines({"rs3842753": 2, "rs6679677": 1}))))
    assert done.exit_code == 0, done.output
    assert "made up: 1.250 (2 of 2 variants seen" in done.output
    packed = tmp_path / "PGS999999.txt.gz"
    packed.write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    assert run(str(packed), "--vcf", str(tmp_path / "made-up.vcf")).output == done.output
    packed.write_bytes(packed.read_bytes()[:60])
    assert run(str(packed), "--vcf", str(tmp_path / "made-up.vcf")).exit_code == 2


def test_the_command_says_what_it_cannot_use(tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text("#pgs_id=PGS1\n#genome_build=GRCh38\nrsID\n", "utf-8")
    path = str(written(tmp_path, lines()))
    assert run(str(broken), "--vcf", path).exit_code == 2
    assert run("no-such-score", "--vcf", path).exit_code == 2
    assert run("t1d-grs2").exit_code == 2


def test_the_command_reads_a_chart(tmp_path: Path) -> None:
    chart = tmp_path / "bundle.json"
    chart.write_text('{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "id": "p"}}]}')
    done = run("t1d-grs2", "--chart", str(chart))
    assert done.exit_code == 1
    assert "14 of 14" in done.output


def test_counts_of_a_file_name_their_place(tmp_path: Path) -> None:
    found = allele_counts(scored_variants(written(tmp_path, lines()), grs2()), grs2())
    assert found["rs3842753"] == AlleleCount(2, "chr11:2159830")
