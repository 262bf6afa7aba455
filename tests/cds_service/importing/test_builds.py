"""The reference genome by the header: told, in doubt, contradicted, another one."""

from __future__ import annotations

import pytest

from cds_service.errors import InputError
from cds_service.importing.builds import check_build

CHR1_38, CHR1_37 = "##contig=<ID=chr1,length=248956422>", "##contig=<ID=1,length=249250621,assembly=b37>"


@pytest.mark.parametrize(
    ("header", "declared"),
    [
        ([CHR1_38], None),
        ([CHR1_38], "GRCh38"),
        (["##reference=file:///data/GRCh38_full_analysis_set_plus_decoy_hla.fa"], None),
        (["##contig=<ID=chrUn_1,length=5>", "##reference=hg38.fa"], None),
        (["##assembly=GCA_000001405.15"], None),
        ([], "GRCh38"),
    ],
)
def test_grch38_is_accepted(header: list[str], declared: str | None) -> None:
    check_build(header, declared)


@pytest.mark.parametrize(
    ("header", "declared", "sentence"),
    [
        ([], None, "does not tell the reference genome"),
        (["##contig=<ID=chr1>", "##reference=ref.fa"], None, "does not tell the reference genome"),
        ([CHR1_37], None, "is on GRCh37.*Lift the file over"),
        ([], "GRCh37", "is on GRCh37"),
        (["##reference=human_g1k_v37.fasta"], None, "is on GRCh37"),
        ([CHR1_38], "GRCh37", "in doubt: GRCh37 and GRCh38"),
        ([CHR1_37], "GRCh38", "in doubt"),
        ([CHR1_38, "##reference=hg19.fa"], None, "in doubt"),
        (["##contig=<ID=chr1,length=248387328>"], None, "neither GRCh37 nor GRCh38"),
        (["##reference=chm13v2.0.fa"], None, "neither"),
        ([CHR1_38, "##contig=<ID=chr2,length=242193530>"], None, "in doubt"),
    ],
)
def test_anything_else_is_refused(header: list[str], declared: str | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        check_build(header, declared)
