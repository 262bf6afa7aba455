"""One gene file: from parsed TOML to a Gene, strictly. How alleles become a phenotype is computed elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import Any, get_args

from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.types import INDETERMINATE, Allele, Bin, Gene, Position, Score, Single

METHODS = ("score", "pairs", "presence")
MOST_ACTIVITY = 10.0  #: of one allele; 1 is a usual one
TISSUES = ("liver", "blood")  #: whose transplantation brings another person's gene to work
RULES: Mapping[Single, tuple[tuple[int, ...], str]] = {
    "never": ((2,), "two functions"),
    "always": ((1,), "one function"),
    "male": ((1, 2), "one or two functions"),
}  #: how many alleles a rule may be about


def read_gene(values: Mapping[str, Any], where: str) -> Gene:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("gene") as head:
            method = head.choice("method", METHODS)
            alleles = _alleles(file, method)
            single = _single(head, method)
            pairs = _pairs(file, {a.function for a in alleles.values()}, single) if method == "pairs" else {}
            bins = _bins(file) if method == "score" else ()
            if bins:
                _check_reach(file, alleles, bins, head.flag("copies"))
            phenotypes = _phenotypes(pairs, bins)
            return Gene(
                symbol=head.text("symbol"),
                hgnc=head.text("hgnc"),
                ncbi=head.text("ncbi"),
                method=method,
                reference=head.text("reference", "") if method == "presence" else head.text("reference"),
                usual=head.text("usual"),
                alleles=alleles,
                spellings=_spellings(file, alleles),
                pairs=pairs,
                bins=bins,
                phenotypes=phenotypes,
                scale=_scale(head, phenotypes),
                terms_since=head.text("terms_since", ""),
                loinc=head.texts("loinc"),
                presence_loinc=_presence(file, alleles) if method == "presence" else {},
                copies=head.flag("copies"),
                source=source,
                single=single,
                remarks=_remarks(file, phenotypes),
                positions=_positions(file, alleles),
                from_birth=head.flag("from_birth", False),
                unphased=_unphased(file, alleles),
                expressed=head.choice("expressed", TISSUES) if head.has("expressed") else "",
            )


def _single(head: Table, method: str) -> Single:
    """Who has one allele only; such a gene needs rules for one function, so its method is "pairs"."""
    if not head.has("single_allele"):
        return "never"
    single: Single = head.choice("single_allele", get_args(Single))
    if method != "pairs":
        head.refuse("belongs to genes with pairs", "single_allele")
    return single


def _alleles(file: Table, method: str) -> dict[str, Allele]:
    found: dict[str, Allele] = {}
    for group in file.tables("alleles"):
        function, activity, derived = group.text("function"), group.within("activity", 0, MOST_ACTIVITY), group.flag("derived", False)
        if activity is not None and method != "score":
            group.refuse("belongs to genes with activity scores", "activity")
        for name in group.texts("names"):
            if name in found:
                group.refuse(f"lists '{name}', which an earlier group lists too", "names")
            found[name] = Allele(name, function, activity, derived)
    return found


def _scale(head: Table, phenotypes: tuple[str, ...]) -> tuple[str, ...]:
    scale = head.texts("scale", ())
    if unknown := [name for name in scale if name not in phenotypes]:
        head.refuse(f"names '{unknown[0]}', which is none of the gene's phenotypes", "scale")
    if bool(scale) != head.has("terms_since"):
        head.refuse("and scale need each other: which phenotypes were neighbours, and until when", "terms_since")
    return scale


def _remarks(file: Table, phenotypes: tuple[str, ...]) -> Mapping[str, str]:
    remarks = file.mapping("remarks", {})
    if unknown := [name for name in remarks if name not in phenotypes]:
        file.refuse(f"speaks of '{unknown[0]}', which is none of the gene's phenotypes", "remarks")
    return remarks


def _spellings(file: Table, alleles: Mapping[str, Allele]) -> Mapping[str, str]:
    """Names and aliases as they are compared: without blanks and case."""
    aliases = file.mapping("aliases", {})
    for alias, name in aliases.items():
        if name not in alleles:
            file.refuse(f"means '{name}', which is none of the gene's alleles", f"aliases.{alias}")
        if alias in alleles:
            file.refuse("is itself the name of an allele", f"aliases.{alias}")
    found: dict[str, str] = {}
    for name, allele in ({a: a for a in alleles} | dict(aliases)).items():
        if found.setdefault("".join(name.split()).lower(), allele) != allele:
            file.refuse(f"is also read as '{name}': they differ in case or blanks only, which are not compared", f"'{allele}'")
    return found


def _unphased(file: Table, alleles: Mapping[str, Allele]) -> Mapping[str, str]:
    found = file.mapping("unphased", {})
    for pair in (*found, *found.values()):
        if len(pair.split("/")) != 2 or not set(pair.split("/")) <= alleles.keys():
            file.refuse("must be two of the gene's alleles, as in '*1/*2'", f"unphased.{pair}")
    return found


def _positions(file: Table, alleles: Mapping[str, Allele]) -> tuple[Position, ...]:
    if not file.has("positions"):
        return ()
    found = []
    for row in file.tables("positions"):
        position = Position(row.text("name"), row.texts("reference"), row.texts("variant"), row.text("allele"))
        if position.allele not in alleles:
            row.refuse(f"'{position.allele}' is none of the gene's alleles", "allele")
        if len(position.reference) != len(position.variant) or not {*position.reference, *position.variant} <= set("ACGT"):
            row.refuse("needs a base for each of reference", "variant")
        found.append(position)
    return tuple(found)


def _pairs(file: Table, functions: set[str], single: Single) -> dict[tuple[str, ...], str]:
    """Sorted functions → phenotype; each pair that two alleles can make must be there once, and each alone where one can be all."""
    found: dict[tuple[str, ...], str] = {}
    sizes, words = RULES[single]
    for rule in file.tables("pairs"):
        names = tuple(sorted(rule.texts("functions", repeats=True)))
        if len(names) not in sizes or not set(names) <= functions:
            rule.refuse(f"must name {words} that alleles have", "functions")
        if names in found:
            rule.refuse("repeats an earlier rule", "functions")
        found[names] = rule.text("phenotype")
    every = (names for size in sizes for names in combinations_with_replacement(sorted(functions), size))
    if missing := next((names for names in every if names not in found), ()):
        file.refuse(f"has no rule for {' with '.join(missing)}", "pairs")
    return found


def _bins(file: Table) -> tuple[Bin, ...]:
    """Ranges of scores in rising order, without overlap."""
    found: list[Bin] = []
    for table in file.tables("bins"):
        low, high = table.number("from"), table.number("to", math.inf)
        if low is None or high is None or low > high or (found and low <= found[-1].range.high):
            table.refuse("must lie above the bin before it", "from")
        found.append(Bin(Score(low, high), table.text("phenotype")))
    return tuple(found)


def _check_reach(file: Table, alleles: Mapping[str, Allele], bins: tuple[Bin, ...], copies: bool) -> None:
    """Every score that alleles can make lies in a bin; where copies count, scores have no upper end."""
    known = sorted({a.activity for a in alleles.values() if a.activity is not None})
    sums = {one + other for one in known for other in known}
    if copies:
        top = bins[-1].range
        if not math.isinf(top.high):
            file.refuse("must leave the last bin open: copies can make any score", "bins")
        sums |= {step * value for value in known if value for step in range(int(top.low / value) + 1)}
    for total in sorted(sums):
        if not any(Score(total, total).within(b.range) for b in bins):
            file.refuse(f"has none for the score {Score(total, total)}, which two alleles can make", "bins")


def _presence(file: Table, alleles: Mapping[str, Allele]) -> Mapping[str, str]:
    codes = file.mapping("presence", {})
    for code, allele in codes.items():
        if allele not in alleles:
            file.refuse(f"tests '{allele}', which is none of the gene's alleles", f"presence.{code}")
    return codes


def _phenotypes(pairs: Mapping[tuple[str, ...], str], bins: tuple[Bin, ...]) -> tuple[str, ...]:
    found = dict.fromkeys([*(b.phenotype for b in bins), *pairs.values()])
    return (*(p for p in found if p != INDETERMINATE), INDETERMINATE) if found else ()
