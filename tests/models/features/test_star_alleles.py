"""Star alleles against an independent enumeration: every pair of alleles, phased and not, whole and with positions missing."""

from __future__ import annotations

import csv
import random
from itertools import combinations_with_replacement, product

import pytest

from models.features.phenotypes import phenotype_of_text
from models.features.sites import OTHER, SiteCall
from models.features.star_alleles import Called, call
from models.knowledge.definition_types import GeneDefinitions
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file
from tests.support.vcf_files import defined, definitions, haplotype, seen

GENES = sorted(definitions().genes)
MOST = 60  #: pairs of one gene that are tried; the largest genes have tens of thousands


def pairs_of(gene: GeneDefinitions) -> list[tuple[str, str]]:
    every = list(combinations_with_replacement([a.name for a in gene.alleles], 2))
    return every if len(every) <= MOST else random.Random(7).sample(every, MOST)


def the_call(knowledge: Knowledge, symbol: str, calls: dict[int, SiteCall]) -> Called:
    return call(knowledge.genes[symbol], defined(symbol), calls)


def as_sets(called: Called) -> set[tuple[str, ...]]:
    return {tuple(sorted(pair)) for pair in called.pairs}


def meaning(knowledge: Knowledge, symbol: str, pair: tuple[str, ...]) -> tuple[str, str]:
    reading, _ = phenotype_of_text(knowledge.genes[symbol], "/".join(pair))
    return (reading.phenotype, reading.activity_score) if reading else ("", "/".join(sorted(pair)))


def enumerated(gene: GeneDefinitions, calls: dict[int, SiteCall]) -> set[tuple[str, ...]]:
    """Every way to lay unphased bases on two chromosomes, each looked up as a whole."""

    def names(bases: dict[int, str | None]) -> list[str]:
        return [a.name for a in gene.alleles if all(b in (a.changes.get(p) or {gene.sites[p].reference}) for p, b in bases.items())]

    mixed = [p for p, c in calls.items() if len(set(c.bases)) > 1]
    found: set[tuple[str, ...]] = set()
    for turns in product((0, 1), repeat=max(len(mixed) - 1, 0)):
        turned = dict(zip(mixed[1:], turns, strict=True))
        one, other = ({p: c.bases[(side + turned.get(p, 0)) % 2] for p, c in calls.items()} for side in (0, 1))
        found |= {tuple(sorted(pair)) for pair in product(names(one), names(other))}
    return found


@pytest.mark.parametrize("symbol", GENES)
def test_every_pair_is_called_back_with_all_that_cannot_be_told_from_it(symbol: str, knowledge: Knowledge) -> None:
    gene = defined(symbol)
    for pair in pairs_of(gene):
        calls = seen(gene, *pair)
        called = the_call(knowledge, symbol, calls)
        if gene.combine:
            assert meaning(knowledge, symbol, pair) in {meaning(knowledge, symbol, p) for p in called.pairs}, pair
        else:
            assert as_sets(called) == enumerated(gene, calls), pair
            assert tuple(sorted(pair)) in as_sets(called), pair


@pytest.mark.parametrize("symbol", GENES)
def test_every_phased_pair_is_called_back_alone(symbol: str, knowledge: Knowledge) -> None:
    gene = defined(symbol)
    for pair in pairs_of(gene):
        called = the_call(knowledge, symbol, seen(gene, *pair, block="set 1"))
        if gene.combine:
            assert {meaning(knowledge, symbol, p) for p in called.pairs} == {meaning(knowledge, symbol, pair)}, pair
        else:
            assert as_sets(called) == {tuple(sorted(pair))}, pair


@pytest.mark.parametrize("symbol", GENES)
def test_a_missing_position_never_makes_a_wrong_definite_call(symbol: str, knowledge: Knowledge) -> None:
    gene = defined(symbol)
    chosen = random.Random(11)
    for pair in chosen.sample(pairs_of(gene), min(8, len(pairs_of(gene)))):
        for position in chosen.sample(sorted(gene.sites), min(12, len(gene.sites))):
            called = the_call(knowledge, symbol, seen(gene, *pair, without=[position]))
            if called.pairs:
                meanings = {meaning(knowledge, symbol, p) for p in called.pairs}
                assert meaning(knowledge, symbol, pair) in meanings, (pair, position)
                whole = the_call(knowledge, symbol, seen(gene, *pair))
                assert len(meanings) == 1 or meanings == {meaning(knowledge, symbol, p) for p in whole.pairs}, (pair, position)
            elif len(gene.sites) > 1:
                assert called.reason == "not_callable"
                assert gene.sites[position].name in called.because or "genotypes fit" in called.because


def test_every_unphased_ambiguity_that_was_published_is_found(knowledge: Knowledge) -> None:
    rows = csv.DictReader(reference_file("data/pgx/unphased_ambiguities.tsv").read_text("utf-8").splitlines(), delimiter="\t")
    compared = 0
    for row in rows:
        gene = defined(row["gene"])
        names = {a.name for a in gene.alleles}
        pair, other = row["called"].split("/"), tuple(sorted(row["cannot_rule_out"].split("/")))
        if not names.issuperset([*pair, *other]) or any(len(may) > 1 for a in gene.alleles if a.name in pair for may in a.changes.values()):
            continue  # an open base of a definition: which of the two stands there decides the ambiguity
        if row["gene"] == "CYP2C9" and "*71" in pair:
            other = ("*10", "*12")  # the table says *10/*20; by the definitions *71 holds the changes of *10 and *12
        assert other in as_sets(the_call(knowledge, row["gene"], seen(gene, *pair))), row
        compared += 1
    assert compared > 20


# ---- by hand ----------------------------------------------------------------------------------------------------------


def test_unphased_thiopurine_variants_are_both_genotypes(knowledge: Knowledge) -> None:
    called = the_call(knowledge, "TPMT", seen(defined("TPMT"), "*1", "*3A"))
    assert called.genotypes == ("*1/*3A", "*3B/*3C")
    assert called.phenotype == ""


def test_the_reference_allele_needs_every_position(knowledge: Knowledge) -> None:
    gene = defined("CYP2C19")
    stop = next(p for p, s in gene.sites.items() if s.rsid == "rs4986893")  # the change of *3
    called = the_call(knowledge, "CYP2C19", seen(gene, "*1", "*1", without=[stop]))
    assert called.pairs == ()
    assert called.because == "rs4986893 was not read, so *3 cannot be excluded"


def test_two_inactive_alleles_stay_a_result_when_a_position_of_another_is_missing(knowledge: Knowledge) -> None:
    gene = defined("CYP2C19")
    stop = next(p for p, s in gene.sites.items() if s.rsid == "rs4986893")
    called = the_call(knowledge, "CYP2C19", seen(gene, "*2", "*2", without=[stop]))
    assert called.genotypes == ("*2/*2",)
    assert called.missing == ("rs4986893",)
    assert called.phenotype == "Poor Metabolizer"


def test_a_missing_position_that_changes_no_phenotype_leaves_all_its_genotypes(knowledge: Knowledge) -> None:
    gene = defined("CYP2C19")
    common = next(p for p, s in gene.sites.items() if s.rsid == "rs3758581")  # tells *1 from *38
    called = the_call(knowledge, "CYP2C19", seen(gene, "*1", "*1", without=[common]))
    assert called.genotypes == ("*1/*1", "*1/*38", "*38/*38")
    assert called.phenotype == "Normal Metabolizer"


def test_nothing_read_is_not_tested(knowledge: Knowledge) -> None:
    assert the_call(knowledge, "CYP2C19", {}).reason == "not_tested"


def test_a_variant_that_no_definition_has_is_never_the_reference(knowledge: Knowledge) -> None:
    calls = seen(defined("CYP2C19"), "*1", "*1")
    position = next(iter(calls))
    called = the_call(knowledge, "CYP2C19", calls | {position: SiteCall((OTHER, calls[position].bases[0]))})
    assert called.reason == "unknown_allele"
    assert called.pairs == ()


def test_variants_that_make_no_defined_pair_are_no_genotype(knowledge: Knowledge) -> None:
    gene = defined("CYP2C19")
    two, three = haplotype(gene, "*2"), haplotype(gene, "*3")
    both = {p: three[p] if three[p] != s.reference else two[p] for p, s in gene.sites.items()}
    called = the_call(knowledge, "CYP2C19", {p: SiteCall((both[p], both[p])) for p in gene.sites})
    assert called.reason == "unknown_allele"
    assert "rs4244285" in called.because


def test_half_a_call_leaves_the_other_chromosome_open(knowledge: Knowledge) -> None:
    gene = defined("CYP2C19")
    calls = seen(gene, "*1", "*1")
    splice = next(p for p, s in gene.sites.items() if s.rsid == "rs4244285")
    called = the_call(knowledge, "CYP2C19", calls | {splice: SiteCall((gene.sites[splice].reference, None))})
    assert called.pairs == () or called.genotypes == ("*1/*1",)
    assert "rs4244285" in called.missing


def test_one_chromosome_is_read_only_where_somebody_has_one(knowledge: Knowledge) -> None:
    male = the_call(knowledge, "G6PD", seen(defined("G6PD"), "A- 202A_376G"))
    assert male.genotypes == ("A- 202A_376G",)
    assert male.phenotype == "Deficient"
    assert the_call(knowledge, "CYP2C19", seen(defined("CYP2C19"), "*2")).reason == "not_callable"


def test_one_chromosome_here_and_two_there_is_no_result(knowledge: Knowledge) -> None:
    gene = defined("G6PD")
    calls = seen(gene, "B (reference)")
    first = next(iter(calls))
    called = the_call(knowledge, "G6PD", calls | {first: SiteCall((gene.sites[first].reference,) * 2)})
    assert called.reason == "not_callable"


def test_harmless_variants_beside_an_inactive_one_keep_its_genotype_sure(knowledge: Knowledge) -> None:
    gene = defined("DPYD")
    names = ("c.1905+1G>A (*2A)", "c.85T>C (*9A)", "c.496A>G")
    positions = {name: next(iter(next(a for a in gene.alleles if a.name == name).changes)) for name in names}
    calls = seen(gene, "Reference", "Reference")
    for position in positions.values():
        site = gene.sites[position]
        calls[position] = SiteCall((site.reference, site.alternatives[0]))
    called = the_call(knowledge, "DPYD", calls)
    assert called.genotypes == ("Reference/c.1905+1G>A (*2A)",)
    assert (called.phenotype, called.score) == ("Intermediate Metabolizer", "1.0")


def test_two_inactive_variants_are_one_chromosome_or_two(knowledge: Knowledge) -> None:
    gene = defined("DPYD")
    called = the_call(knowledge, "DPYD", seen(gene, "c.1905+1G>A (*2A)", "c.1679T>G (*13)"))
    assert {meaning(knowledge, "DPYD", pair)[1] for pair in called.pairs} == {"0.0", "1.0"}


def test_too_many_unphased_variants_are_no_result(knowledge: Knowledge) -> None:
    gene = defined("DPYD")
    calls = seen(gene, "Reference", "Reference")
    for position in list(calls)[:11]:
        calls[position] = SiteCall((gene.sites[position].reference, gene.sites[position].alternatives[0]))
    called = the_call(knowledge, "DPYD", calls)
    assert (called.reason, called.pairs) == ("not_callable", ())
    assert called.because.startswith("11 unphased variants")


def test_a_position_that_matters_is_not_concluded_from_one_that_goes_along_with_it(knowledge: Knowledge) -> None:
    gene = defined("CYP2C19")
    splice = next(p for p, s in gene.sites.items() if s.rsid == "rs4244285")  # *2; its companion rs12769205 was read
    called = the_call(knowledge, "CYP2C19", seen(gene, "*1", "*1", without=[splice]))
    assert called.because == "rs4244285 was not read, so *2 cannot be excluded"
