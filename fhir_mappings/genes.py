"""Which gene an Observation names, as written. Whether two names mean one gene is the core's to say, not this floor's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import choice, concept, extensions, text
from models.codes import HGNC, NCBI_GENE, Code, Concept

_BETWEEN = re.compile(r"\s*(?:[,;/&+]|\band\b)\s*")
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]+(?:-[A-Z0-9]+)?")


def gene_of(resource: Resource, single: Concept, components: Sequence[Resource]) -> Concept:
    """All that names the gene: components 48018-6, the R3/R4 genetics extension, and single-gene codes."""
    named = [single] if single else []
    for component in components:
        named += [_value(raw) for _, raw in choice(component, "value")]
    for extension in extensions(resource, "observation-geneticsGene"):
        named += [_value(raw) for _, raw in choice(extension, "value")]
    return union(named)


def _value(raw: object) -> Concept:
    return Concept(text=text(raw)) if isinstance(raw, str) else concept(raw)


def union(concepts: Sequence[Concept]) -> Concept:
    """Everything that several concepts say, as one."""
    if len(concepts) == 1:
        return concepts[0]
    codings = dict.fromkeys(c for one in concepts for c in one.codings)
    return Concept(tuple(codings), " / ".join(dict.fromkeys(c.text for c in concepts if c.text)))


def several_genes(named: Concept) -> bool:
    """Do two names of the same form differ? (Two HGNC ids, two NCBI ids, two symbols.)"""
    if len(named.codings) < 2 and not named.text:
        return False
    forms: dict[str, set[str]] = {}
    for coding in named.codings:
        form, value = _form(coding)
        if form:
            forms.setdefault(form, set()).add(value)
    words = [w for w in _BETWEEN.split(named.text) if _SYMBOL.fullmatch(w)]
    forms.setdefault("symbol", set()).update(words)
    return any(len(values) > 1 for values in forms.values())


def _form(coding: Code) -> tuple[str, str]:
    number = coding.code.upper().removeprefix("HGNC:")
    if number.isdigit():
        hgnc = coding.system == HGNC or coding.code.upper().startswith("HGNC:")
        return ("hgnc" if hgnc else "ncbi" if coding.system == NCBI_GENE else coding.system), number
    return ("symbol", coding.code.upper()) if _SYMBOL.fullmatch(coding.code.upper()) else ("", "")


def named_by_words(gene: Concept, words: Sequence[str]) -> Concept:
    """Add a gene name that stands in the value, unless it is there already: the core sees where the two disagree."""
    if not words:
        return gene
    present = " ".join([gene.text, *(c.display for c in gene.codings), *(c.code for c in gene.codings)]).upper()
    new = [w for w in words if not re.search(rf"(?<![A-Z0-9-]){re.escape(w.upper())}(?![A-Z0-9-])", present)]
    return Concept(gene.codings, " / ".join(filter(None, (gene.text, *dict.fromkeys(new))))) if new else gene
