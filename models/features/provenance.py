"""Where a gene's state comes from: dates, laboratory and resources of the results that were used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.patient import GeneResult


@dataclass(frozen=True, slots=True)
class Provenance:
    """Of the newest result used, and the origins of all."""

    as_of: str = ""  #: ISO date, may be partial
    laboratory: str = ""
    amended: bool = False
    by_words: bool = False  #: every result rests on free text without a code
    sources: tuple[str, ...] = ()
    method: str = ""  #: how it was tested, as the newest result says
    hint: bool = False  #: every result was read from running text


NOWHERE = Provenance()  #: of a state that rests on no result


def provenance(results: Sequence[GeneResult]) -> Provenance:
    newest = max(results, key=lambda r: r.effective)
    return Provenance(
        as_of=newest.effective[:10],
        laboratory=newest.laboratory,
        amended=newest.status in ("amended", "corrected"),
        by_words=all(r.prose or (r.text_only and not r.gene.codings) for r in results),
        sources=tuple(dict.fromkeys(r.origin for r in results)),
        method=newest.method,
        hint=all(r.prose for r in results),
    )
