"""How old the knowledge is: the day on which its newest source was read. It judges nothing."""

from __future__ import annotations

from models.knowledge.types import Knowledge


def newest_source(knowledge: Knowledge) -> str:
    """ISO date; "" where there is no guideline. That of genes and guidelines, which change; not of tables that rest on releases."""
    sources = [g.source for several in knowledge.guidelines.values() for g in several] + [gene.source for gene in knowledge.genes.values()]
    return max((source.retrieved for source in sources), default="")
