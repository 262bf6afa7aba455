"""VCF files as callers write them, and broken ones: what is called, what counts as not read, what is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cds_service.errors import InputError
from cds_service.importing.from_vcf import Asked, import_vcf
from cds_service.importing.imported import Imported
from fhir_mappings.genomics_bundle import ImportedGene
from models.knowledge.types import Knowledge
from tests.support.vcf_files import HEADER, defined, definitions, record, records, vcf

Read = Callable[..., ImportedGene]
GENE = defined("CYP2C19")
SPLICE = next(s for s in GENE.sites.values() if s.rsid == "rs4244285")  # the change of *2
PROMOTER = next(s for s in GENE.sites.values() if s.rsid == "rs12248560")  # the change of *17


@pytest.fixture
def take(tmp_path: Path, knowledge: Knowledge) -> Callable[..., Imported]:
    def taken(text: str | bytes, **asked: object) -> Imported:
        file = tmp_path / "sample.vcf"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_vcf(file, Asked("p1", **asked), knowledge.genes, definitions())  # type: ignore[arg-type]

    return taken


@pytest.fixture
def read(take: Callable[..., Imported]) -> Read:
    def gene(text: str | bytes, symbol: str = "CYP2C19", **asked: object) -> ImportedGene:
        return next(g for g in take(text, **asked).genes if g.symbol == symbol)

    return gene


def replaced(lines: Sequence[str], position: int, *new: str) -> list[str]:
    """The lines with `new` in the place of the record at `position`."""
    return [*(line for line in lines if line.split("\t")[1] != str(position)), *new]


def at(ref: str, alt: str, sample: str, position: int = SPLICE.position, **more: str) -> str:
    return record("chr10", position, ref, alt, sample, **more)


WILD = records(GENE, "*1", "*1")


def test_two_alleles(read: Read) -> None:
    found = read(vcf(records(GENE, "*2", "*17")))
    assert found.genotypes == ("*2/*17",)
    assert found.phenotype == "Intermediate Metabolizer"
    assert {v.rsid: (v.copies, v.hgvs) for v in found.variants}["rs4244285"] == (1, "NC_000010.11:g.94781859G>A")
    assert "Not looked for: *36, *37." in found.remarks


@pytest.mark.parametrize("prefix", ["chr", ""])
def test_chromosomes_with_and_without_chr(read: Read, prefix: str) -> None:
    assert read(vcf(records(GENE, "*1", "*2", prefix=prefix))).genotypes == ("*1/*2",)


def test_a_compressed_file(read: Read) -> None:
    assert read(gzip.compress(vcf(records(GENE, "*2", "*2")).encode())).genotypes == ("*2/*2",)


def test_line_ends_of_another_system_and_fields_that_no_header_defines(read: Read) -> None:
    lines = [
        f"{line}:q".replace("\tGT\t", "\tGT:XX\t").replace("\tPASS\t.\t", "\tPASS\tFOO=1;BAR\t") for line in records(GENE, "*2", "*17")
    ]
    text = vcf(lines, header=["##fileformat=VCFv4.1", "##reference=file:///x/GRCh38.fa"])
    assert read(text.replace("\n", "\r\n").encode()).genotypes == ("*2/*17",)


def test_a_base_in_lower_case(read: Read) -> None:
    assert read(vcf(replaced(WILD, SPLICE.position, at("g", "a", "0/1")))).variants[0].rsid in {"rs4244285", "rs3758581"}


def test_an_absent_position_is_not_the_reference(read: Read) -> None:
    found = read(vcf(replaced(WILD, SPLICE.position)))
    assert found.genotypes == ()
    assert "rs4244285 was not read" in found.because


def test_absent_is_reference_only_when_it_is_said_and_the_chromosome_is_there(take: Callable[..., Imported]) -> None:
    text = vcf([line for line in WILD if "0/0" not in line])
    assert next(g for g in take(text).genes if g.symbol == "CYP2C19").genotypes == ()
    genes = {g.symbol: g for g in take(text, absent_is_reference=True).genes}
    assert genes["CYP2C19"].genotypes == ("*1/*1",)
    assert genes["CYP2C9"].genotypes == ("*1/*1",)  # on the same chromosome
    assert genes["TPMT"].genotypes == () and not genes["TPMT"].tested


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (at("G", "A", "./."), "not called"),
        (at("G", "A", "."), "not called"),
        (at("G", "A", "0/0", filter="LowQual"), "did not pass"),
        (at("G", "A", "0/0:LowQual", format="GT:FT"), "did not pass"),
        (at("G", "A", "0/0:0", format="GT:DP"), "not called"),
        (at("G", "A", "0/0:0", format="GT:GQ"), "not called"),
        (at("G", "A", "0/0/0"), "more than two"),
        (at("G", "A", "30", format="DP"), "not called"),
    ],
)
def test_what_is_doubtful_counts_as_not_read(read: Read, line: str, why: str) -> None:
    found = read(vcf(replaced(WILD, SPLICE.position, line)))
    assert found.genotypes == ()
    assert any(why in remark and "rs4244285" in remark for remark in found.remarks)
    absent = read(vcf(replaced(WILD, SPLICE.position, line)), absent_is_reference=True)
    assert absent.genotypes == ()  # it is in a record, so it is not absent


def test_half_a_call(read: Read) -> None:
    assert read(vcf(replaced(WILD, SPLICE.position, at("G", "A", "0/.")))).genotypes == ()


@pytest.mark.parametrize("alt", ["<NON_REF>", "<*>", "."])
def test_a_reference_block_covers_what_lies_in_it(read: Read, alt: str) -> None:
    first, last = min(GENE.sites), max(GENE.sites)
    block = record("chr10", first - 10, "N", alt, "0/0", info=f"END={last + 10}")
    assert read(vcf([block])).genotypes == ("*38/*38",)
    short = record("chr10", first - 10, "N", alt, "0/0", info=f"END={SPLICE.position - 1}")
    assert read(vcf([short])).genotypes == ()


def test_a_block_without_depth_covers_nothing(read: Read) -> None:
    block = record("chr10", min(GENE.sites) - 10, "N", "<NON_REF>", "0/0:0:0", info=f"END={max(GENE.sites)}", format="GT:DP:GQ")
    assert read(vcf([block])).genotypes == ()


def test_a_variant_of_a_gvcf(read: Read) -> None:
    assert read(vcf(replaced(WILD, SPLICE.position, at("G", "A,<NON_REF>", "1/1")))).genotypes == ()  # *2 needs its second change
    lines = [line.replace("\tA\t.\tPASS", "\tA,<NON_REF>\t.\tPASS") for line in records(GENE, "*2", "*2")]
    assert read(vcf(lines)).genotypes == ("*2/*2",)


def test_a_called_symbolic_allele_is_another_variant_and_one_not_called_tells_nothing(read: Read) -> None:
    deleted = record("chr10", min(GENE.sites) - 5, "N", "<DEL>", "0/1", info=f"END={max(GENE.sites)}")
    assert "no definition has" in read(vcf([*WILD, deleted])).because
    assert read(vcf([*WILD, deleted.replace("0/1", "0/0")])).genotypes == ("*1/*1",)
    assert read(vcf([deleted.replace("0/1", "0/0")])).genotypes == ()


def test_several_alternatives_in_one_record_and_split(read: Read) -> None:
    gene = defined("CFTR")
    site = next(s for s in gene.sites.values() if s.rsid == "rs77834169")
    reference = next(a.name for a in gene.alleles if not a.changes)
    wild = records(gene, reference, reference)
    together = record("chr7", site.position, "C", "G,T", "1/2")
    split = [record("chr7", site.position, "C", "G", "0/1"), record("chr7", site.position, "C", "T", "0/1")]
    for lines in ([together], split):
        assert read(vcf(replaced(wild, site.position, *lines)), "CFTR").genotypes == ("R117C/R117G",)


def test_a_record_told_twice_counts_once_and_a_contradiction_not_at_all(read: Read) -> None:
    lines = records(GENE, "*1", "*2")
    assert read(vcf([*lines, *lines])).genotypes == ("*1/*2",)
    found = read(vcf([*lines, at("G", "A", "1/1")]))
    assert found.genotypes == ("*1/*2", "*1/*35")  # both mean the same, else there were no genotype
    assert any("told differently" in remark for remark in found.remarks)


def test_a_variant_beside_the_defined_ones_is_never_the_reference(read: Read) -> None:
    assert "no definition has" in read(vcf(replaced(WILD, SPLICE.position, at("G", "T", "0/1")))).because


def test_a_defined_deletion_reaches_over_other_positions(read: Read) -> None:
    gene = defined("G6PD")
    deletion = gene.sites[154532752]
    name = next(a.name for a in gene.alleles if deletion.position in a.changes)
    lines = records(gene, "B (reference)", name)
    assert read(vcf(lines), "G6PD").genotypes == (f"B (reference)/{name}",)
    star = record("chrX", 154532758, "T", "*", "0/1")
    assert read(vcf(replaced(lines, 154532758, star)), "G6PD").genotypes == (f"B (reference)/{name}",)
    alone = read(vcf(replaced(records(gene, "B (reference)", "B (reference)"), 154532758, star)), "G6PD")
    assert alone.genotypes == ()  # no record tells the deletion
    other = record("chrX", 154532756, "CTTG", "C", "0/1")
    assert "no definition has" in read(vcf([*records(gene, "B (reference)", "B (reference)"), other]), "G6PD").because


def test_phase_is_used_where_it_is_told(read: Read) -> None:
    gene = defined("TPMT")
    phased = records(gene, "*1", "*3A", sign="|")
    assert read(vcf(phased), "TPMT").genotypes == ("*1/*3A",)
    assert read(vcf(records(gene, "*1", "*3A")), "TPMT").genotypes == ("*1/*3A", "*3B/*3C")
    assert read(vcf(records(gene, "*3B", "*3C", sign="|")), "TPMT").genotypes == ("*3B/*3C",)


def test_phase_sets_are_not_mixed(read: Read) -> None:
    gene = defined("TPMT")

    def lines(*sets: str) -> list[str]:
        told, left = [], iter(sets)
        for line in records(gene, "*1", "*3A", sign="|"):
            mixed = line.endswith("0|1")
            told.append(line.replace("\tGT\t", "\tGT:PS\t") + f":{next(left)}" if mixed else line)
        return told

    assert read(vcf(lines("5", "5")), "TPMT").genotypes == ("*1/*3A",)
    assert read(vcf(lines("5", "6")), "TPMT").genotypes == ("*1/*3A", "*3B/*3C")
    assert read(vcf(lines("5", ".")), "TPMT").genotypes == ("*1/*3A", "*3B/*3C")


def test_a_male_has_one_allele_of_a_gene_on_x(read: Read) -> None:
    gene = defined("G6PD")
    one = [line.rsplit("\t", 1)[0] + "\t" + line.rsplit("\t", 1)[1][0] for line in records(gene, "A- 202A_376G", "A- 202A_376G")]
    found = read(vcf(one), "G6PD")
    assert found.genotypes == ("A- 202A_376G",)
    assert {v.chromosomes for v in found.variants} == {1}


def test_genes_that_small_variants_cannot_tell_are_refused_by_name(take: Callable[..., Imported]) -> None:
    made = take(vcf(WILD))
    genes = {g.symbol: g for g in made.genes}
    assert "structural caller" in genes["CYP2D6"].because
    assert not genes["HLA-B"].tested
    assert "CYP2D6" in made.bundle["entry"][0]["resource"]["conclusion"]


def test_the_sample_is_named_where_there_are_several(read: Read) -> None:
    lines = [f"{line}\t0/0" for line in records(GENE, "*2", "*2")]
    with pytest.raises(InputError, match="holds 2 samples") as told:
        read(vcf(lines, samples=("Mary Canary", "S2")))
    assert "Canary" not in str(told.value)
    assert read(vcf(lines, samples=("S1", "S2")), sample="S1").genotypes == ("*2/*2",)
    with pytest.raises(InputError, match="none of the file's 2 sample"):
        read(vcf(lines, samples=("S1", "S2")), sample="S3")


def test_a_reference_base_that_is_not_grch38s_refuses_the_file(read: Read) -> None:
    with pytest.raises(InputError, match=r"chr10:94781859 .* not that of GRCh38"):
        read(vcf(replaced(WILD, SPLICE.position, at("C", "A", "0/1"))))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read as VCF"),
        ("CHROM\tPOS\n", "cannot be read as VCF"),
        ("##fileformat=VCFv3.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", "##fileformat"),
        (b"BCF\x02\x02\xff\xfe\x00", "UTF-8|VCF"),
        (gzip.compress(vcf(WILD).encode())[:-400], "ends too early"),
        (vcf(["chr10\t94781859\t.\tG"]), "too few columns"),
        (vcf(["chr10\tx\t.\tG\tA\t.\tPASS\t.\tGT\t0/1"]), "no number"),
        (vcf([at("G", "A", "0/9")]), "allele number"),
        (vcf([at("G", "A", "x/y")]), "cannot be read as VCF"),
        (vcf([], samples=()).replace("\tFORMAT", ""), "no sample column"),
        (vcf(WILD, header=[*HEADER, "##tumor_sample=T"]), "tumour"),
        (vcf(WILD, header=[*HEADER, '##INFO=<ID=SOMATIC,Number=0,Type=Flag,Description="x">']), "tumour"),
        (vcf([WILD[0], WILD[1].removeprefix("chr")]), "two names"),
        (vcf([f"{line}\t0/0" for line in WILD], samples=("S1", "S1")), "one name"),
    ],
)
def test_what_is_no_usable_vcf_is_refused(read: Read, text: str | bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(text)


@pytest.mark.parametrize("patient", ["", "a b", "x" * 65, "../1"])
def test_the_patient_is_a_fhir_id(tmp_path: Path, knowledge: Knowledge, patient: str) -> None:
    with pytest.raises(InputError, match="FHIR id"):
        import_vcf(tmp_path / "x.vcf", Asked(patient), knowledge.genes, definitions())


def test_dates(take: Callable[..., Imported]) -> None:
    def effective(made: Imported) -> object:
        return made.bundle["entry"][0]["resource"].get("effectiveDateTime")

    assert effective(take(vcf(WILD))) == "2026-03-01"
    assert effective(take(vcf(WILD), effective="2026-02")) == "2026-02"
    assert effective(take(vcf(WILD, header=[line for line in HEADER if "fileDate" not in line]))) is None
    with pytest.raises(InputError, match="--effective"):
        take(vcf(WILD), effective="yesterday")
