"""Sentences of a card from values and messages: safe Markdown, no HTML. Which card is made is not decided here."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from cds_service.messages import Messages, RowMessage
from models.finding import Dose, Drug, Finding, GeneEvidence, Reading, Recommendation, Remark
from models.knowledge.types import INDETERMINATE
from models.patient import Gap

_MARKDOWN = re.compile(r"([\\`*_\[\]|~&$])")  #: what acts within a line; a card never begins a line with reported text
LONGEST_QUOTE = 120  #: characters of any one reported text that a card repeats
LONGEST_OF_SITE = 300  #: of a sentence that a site's reviewed policy adds
SITES_OWN = "site-"  #: remarks of such sentences: not our words


def clean(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Reported text without control, format (bidirectional, zero-width) and private characters, on one line, capped."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    kept = " ".join(kept.split())
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def escaped(text: str, longest: int = LONGEST_QUOTE) -> str:
    """Reported text that Markdown shows as written: no emphasis, link, image, table or HTML can come of it.

    "<" becomes "‹": some clients render HTML whatever stands before it.
    """
    return _MARKDOWN.sub(r"\\\1", clean(text, longest)).replace("<", "‹").replace("://", ":\u200b//").replace("www.", "www\u200b.")


def starred(text: str) -> str:
    """Our own words in Markdown: they hold star alleles at most, so only the star needs escaping."""
    return text.replace("*", "\\*")


def remark_line(remark: Remark, words: Messages) -> str:
    """One sentence with its parts; what a site wrote is shown as written."""
    own = remark.message.startswith(SITES_OWN)
    parts = {name: escaped(said, LONGEST_OF_SITE) if own else starred(said) for name, said in remark.parts}
    return words.text(f"note-{remark.message}", **parts)


def site_lines(finding: Finding, words: Messages) -> list[str]:
    """What the site decided about this advice, for cards that name several findings."""
    return [remark_line(remark, words) for remark in finding.remarks if remark.message.startswith(SITES_OWN)]


def joined(words: Sequence[str], last: str) -> str:
    """'a', 'a or b', 'a, b or c'."""
    return ", ".join(words[:-1]) + last + words[-1] if len(words) > 1 else "".join(words)


def parts_of(finding: Finding, said: Recommendation, words: Messages) -> dict[str, str]:
    """The named parts that any message may use."""
    return {
        "alternatives": joined(_left(finding, said) or [drug.name for drug in said.alternatives], words.text("or")),
        "dose": dose(said.dose, words),
        "drug": finding.drug.name,
        "genes": joined([label(g) for g in finding.genes], words.text("and")),
        "missing": joined([label(g) for g in finding.genes if g.missing], words.text("and")),
        "indeterminate": joined([label(g) for g in finding.genes if g.phenotype == INDETERMINATE], words.text("and")),
        **said.parts,
    }


def dose(value: Dose | None, words: Messages) -> str:
    if value is None:
        return ""
    low, high = (f"{v:g}" if v is not None else "" for v in (value.low, value.high))
    kind = "single" if low == high else "range" if low and high else "most" if high else "least"
    return words.text(f"dose-{kind}", low=low, high=high, unit=value.unit, basis=value.basis)


def advice(finding: Finding, said: Recommendation, words: Messages) -> RowMessage:
    """A recommendation's message with its parts filled in."""
    message, parts = words.row(said.message), parts_of(finding, said, words)
    none_left = bool(said.alternatives) and not _left(finding, said)
    to_do = parts | {"alternatives": words.text("another-medicine")} if none_left else parts
    return RowMessage(message.do.format_map(to_do), message.why.format_map(parts), message.more.format_map(parts))


def label(gene: GeneEvidence) -> str:
    """'CYP2C19'; for a presence gene with the allele that is asked about: 'HLA-B*57:01'."""
    return f"{gene.gene}{gene.asked}"


def _left(finding: Finding, said: Recommendation) -> list[str]:
    """The alternatives that are not refused for this patient."""
    refused = {option.drug for option in finding.options if option.verdict == "refused"}
    return [drug.name for drug in said.alternatives if drug not in refused]


def result(gene: GeneEvidence) -> str:
    """'*2/*2 Poor Metabolizer', 'positive', or what the readings share."""
    statuses = (status.removeprefix(gene.asked).strip() for status in gene.allele_status)
    return " ".join(filter(None, (gene.diplotype, gene.phenotype, gene.variant, *statuses)))


def lookup(gene: str, key: str, words: Messages) -> str:
    """A look-up key in words: 'CYP2C19 Poor Metabolizer', 'CYP2D6 activity score 0.5', 'HLA-B*57:01 positive'."""
    if key.startswith("*"):
        return f"{gene}{key}"
    return f"{gene} {words.text('gene-score', score=key) if _is_score(key) else key}"


def lookups(found: Sequence[Mapping[str, str]], words: Messages) -> list[str]:
    """Several look-ups; those that differ in one gene alone are told together: 'CYP2D6 activity score 0.25 or 0.5'."""
    keys: dict[str, dict[str, None]] = {}
    for one in found:
        for gene, key in one.items():
            keys.setdefault(gene, {})[key] = None
    if math.prod(len(several) for several in keys.values()) != len({tuple(one.items()) for one in found}):
        return list(dict.fromkeys(", ".join(lookup(gene, key, words) for gene, key in one.items()) for one in found))
    return [", ".join(_together(gene, list(several), words) for gene, several in keys.items())]


def _together(gene: str, keys: Sequence[str], words: Messages) -> str:
    first, *rest = keys
    return joined(
        [lookup(gene, first, words), *(key if _is_score(key) == _is_score(first) else lookup(gene, key, words) for key in rest)],
        words.text("or"),
    )


def _is_score(key: str) -> bool:
    return key[:1].isdigit() or key.startswith("≥")


def readings(possible: Sequence[Reading], words: Messages) -> str:
    """What could be true, in Markdown: readings that differ in the score only are told together."""
    scores: dict[tuple[str, str], list[str]] = {}
    for one in possible:
        named = escaped(" ".join(filter(None, (one.diplotype, one.phenotype))))
        scores.setdefault((named, escaped(one.because)), []).extend(filter(None, [one.activity_score]))
    return "; ".join(_reading(named, because, found, words) for (named, because), found in scores.items())


def _reading(named: str, because: str, scores: Sequence[str], words: Messages) -> str:
    score = words.text("gene-score", score=joined(scores, words.text("or"))) if scores else ""
    said = ", ".join(filter(None, (named, score)))
    return f"{said} ({because})" if because else said


def gene_line(gene: GeneEvidence, words: Messages, *, show_possible: bool) -> str:
    """One line on one gene: result, status, date, laboratory; its possible readings where they matter."""
    if gene.missing:
        return words.text("gene-missing", gene=escaped(label(gene)), reason=words.text(f"missing-{gene.missing}"))
    shown = gene.possible and (show_possible or gene.rule)
    kind = "gene-on-file" if gene.rule else "gene-possible"
    said = [
        gene.significance,
        gene.zygosity,
        words.text("gene-score", score=gene.activity_score) if gene.activity_score else "",
        words.text("gene-reported", phenotype=escaped(gene.reported_phenotype)) if _differs(gene) else "",
        words.text(kind, readings=readings(gene.possible, words)) if shown else "",
        *_origin(gene, words),
        words.text(f"gene-rule-{gene.rule}") if gene.rule else "",
        _adjusted(gene, words),
        words.text("gene-also-acting", drugs=_causes(gene.also_acting, words)) if gene.also_acting else "",
        words.text("gene-method", method=escaped(gene.method)) if gene.method else "",
        words.text("gene-by-words") if gene.by_words else "",
    ]
    named = escaped(" ".join(filter(None, (label(gene), result(gene)))))
    return ", ".join([words.text("gene-result", named=named), *filter(None, said)])


def _adjusted(gene: GeneEvidence, words: Messages) -> str:
    """'; now like a Poor Metabolizer, activity score 0.0, through paroxetine (strong inhibitor)'."""
    if not gene.adjusted:
        return ""
    return words.text("gene-adjusted", readings=readings(gene.adjusted, words), drugs=_causes(gene.adjusted_because, words))


def _causes(acting: Sequence[tuple[Drug, str]], words: Messages) -> str:
    return joined([words.text("modulator", drug=drug.name, strength=strength) for drug, strength in acting], words.text("and"))


def _origin(gene: GeneEvidence, words: Messages) -> list[str]:
    """Status, date and laboratory; readings that rest on different results say their own."""
    if gene.rule.startswith("problem") or (gene.possible and all(reading.because for reading in gene.possible)):
        return []
    status = words.text("status-amended" if gene.amended else "status-final")
    dated = (
        words.text("gene-status", status=status, date=escaped(gene.as_of))
        if gene.as_of
        else words.text("gene-status-undated", status=status)
    )
    return [dated, *([words.text("gene-laboratory", laboratory=escaped(gene.laboratory))] if gene.laboratory else [])]


def _differs(gene: GeneEvidence) -> bool:
    return bool(gene.reported_phenotype) and gene.reported_phenotype != gene.phenotype


def gap_line(gap: Gap, words: Messages) -> str:
    """What is not used, or not known; a result that leaves a part of the gene open is used all the same."""
    return words.text("gap-open" if gap.reason == "not_callable" else "gap", because=escaped(f"{gap.subject}: {gap.because}"))
