"""Names of variants in one spelling."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features.hgvs import _ONE, _THREE, Name, _parsed, nucleotide_change, protein_change


@pytest.mark.parametrize(
    ("short", "spellings"),
    [
        ("V600E", "p.V600E p.(Val600Glu) p.Val600Glu NP_004324.2:p.Val600Glu NP_004324.2:p.(Val600Glu) V600E (p.Val600Glu)"),
        ("E746_A750del", "p.Glu746_Ala750del E746_A750del p.(Glu746_Ala750del)"),
        ("L747_A750delinsP", "p.Leu747_Ala750delinsPro L747_A750delinsP"),
        ("D770_N771insSVD", "p.Asp770_Asn771insSerValAsp p.D770_N771insSVD"),
        ("A767_V769dup", "p.Ala767_Val769dup A767_V769dup"),
        ("R97fs", "p.Arg97ProfsTer23 p.R97Pfs*23 p.Arg97fs R97fs p.(Arg97Profs*23) R97fsX23"),
        ("W24*", "p.Trp24Ter p.Trp24* W24* W24X"),
        ("G12=", "p.Gly12= p.(Gly12=) p.Gly12Gly G12G"),
        ("F508del", "p.Phe508del F508del"),
    ],
)
def test_fault_E50_protein_changes_in_every_spelling(short: str, spellings: str) -> None:
    assert {protein_change(text) for text in spellings.split()} == {short}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p.",
        "p.?",
        "p.=",
        "p.(=)",
        "p.0",
        "V600",
        "600E",
        "p.Val600",
        "BRAF V600E",
        "p.Val600Xyz",
        "p.v600e",
        "NM_004333.6:p.Val600Glu",
        "NM_024531.4:c.9163>A p.(Gly306Arg)",
        "E750_A746del",
        "p.Val0Glu",
        "p.[Val600Glu]",
        "c.1799T>A",
        "V600E/K",
        "p.Val600_Lys601Glu",
    ],
)
def test_what_is_no_protein_change_is_not_understood(text: str) -> None:
    assert protein_change(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("c.1905+1G>A", Name("c.1905+1G>A")),
        ("NM_000110.4:c.1905+1G>A", Name("c.1905+1G>A", "NM_000110", "4")),
        ("NM_000110.4(DPYD):c.1905+1G>A", Name("c.1905+1G>A", "NM_000110", "4")),
        ("NC_000001.11(NM_000110.4):c.1905+1G>A", Name("c.1905+1G>A", "NM_000110", "4")),
        ("LRG_722t1:c.1905+1G>A", Name("c.1905+1G>A", "LRG_722t1", "")),
        ("ENST00000370192.8:c.1905+1G>A", Name("c.1905+1G>A", "ENST00000370192", "8")),
        ("c.-1639G>A", Name("c.-1639G>A")),
        ("c.*97A>G", Name("c.*97A>G")),
        ("c.1129-5923C>G", Name("c.1129-5923C>G")),
        ("c.295_298delTCAT", Name("c.295_298del")),
        ("c.1898delC", Name("c.1898del")),
        ("c.13994_13995delTCinsCT", Name("c.13994_13995delinsCT")),
        ("c.51_53dupGGA", Name("c.51_53dup")),
        ("NM_000059.4(BRCA2):c.5946del (p.Ser1982Argfs*22)", Name("c.5946del", "NM_000059", "4")),
        ("NC_000007.14:g.140753336A>T", Name("g.140753336A>T", "NC_000007", "14")),
        ("m.1555A>G", Name("m.1555A>G")),
        ("NC_012920.1:m.1555A>G", Name("m.1555A>G", "NC_012920", "1")),
    ],
)
def test_nucleotide_changes(text: str, name: Name) -> None:
    assert nucleotide_change(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "NM_024531.4:c.9163>A p.(Gly306Arg)",
        "NM_005157.6:g.1076T>G",
        "NC_000007.14:c.1799T>A",
        "c.295_298delTC",
        "c.1905+1G->A",
        "1905+1G>A",
        "",
        "c.",
        "IVS14+1G>A",
        "g.97740411ATGA[1]",
        "c.76A>G and more",
        "c.(76A>G)",
        "NM_000110.4:p.Val600Glu",
        "c.51_53dupGGAinsC",
    ],
)
def test_what_is_malformed_is_not_understood(text: str) -> None:
    assert nucleotide_change(text) is None


residue = st.sampled_from(sorted(_THREE))
amino = st.sampled_from(sorted(set(_THREE) - {"*"}))


@given(amino, st.integers(1, 9999), residue)
def test_one_letter_is_three_letters(first: str, at: int, last: str) -> None:
    short = f"{first}{at}{'=' if first == last else last}"
    long = f"{_THREE[first]}{at}{_THREE[last]}"
    assert {protein_change(t) for t in (f"{first}{at}{last}", f"p.{first}{at}{last}", f"p.{long}", f"p.({long})", f"NP_1.1:p.{long}")} == {
        short
    }


@given(
    amino,
    st.integers(1, 999),
    amino,
    st.integers(1000, 9999),
    st.sampled_from(["del", "dup", "ins", "delins"]),
    st.lists(amino, min_size=1),
)
def test_ranges_in_one_letter_are_ranges_in_three(first: str, at: int, last: str, to: int, kind: str, new: list[str]) -> None:
    put = new if kind in ("ins", "delins") else []
    if kind == "ins":
        to = at + 1
    short = f"{first}{at}_{last}{to}{kind}{''.join(put)}"
    long = f"p.{_THREE[first]}{at}_{_THREE[last]}{to}{kind}{''.join(_THREE[a] for a in put)}"
    assert protein_change(short) == protein_change(long) == short


@given(st.sampled_from("cgm"), st.integers(0, 10**8), st.sampled_from("ACGT"), st.sampled_from("ACGT"))
def test_the_short_cut_for_plain_names_says_what_the_grammar_says(kind: str, at: int, ref: str, alt: str) -> None:
    text = f"{kind}.{at}{ref}>{alt}"
    assert (nucleotide_change(text) is not None) is (_parsed(text) is not None)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    short = protein_change(text)
    assert short is None or protein_change(short) == short
    name = nucleotide_change(text)
    assert name is None or nucleotide_change(name.change) == Name(name.change)


def test_a_text_that_is_no_name_is_not_read_at_length() -> None:
    assert protein_change("V" + "1" * 100_000) is None
    assert nucleotide_change("c." + "1" * 100_000) is None


def test_the_letters_go_both_ways() -> None:
    assert len(_THREE) == len(_ONE) == 21


def test_the_grammar_is_read_at_first_use_only() -> None:
    said = "import sys, models.features.hgvs, models.decisions.assess; sys.exit('mavehgvs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0
