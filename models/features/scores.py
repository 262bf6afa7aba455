"""A reported activity score: alone it is a result, beside a phenotype it settles which score, beside a diplotype it is compared."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from models.features.phenotypes import readings_for_score
from models.finding import Reading
from models.knowledge.types import Gene, Score
from models.patient import Gap, GeneResult

_WRITTEN = re.compile(r"(?P<open>≥)?(?P<number>\d{1,2}(?:\.\d{1,2})?)")


def score_of(result: GeneResult) -> Score | None:
    """The reported score as a number or an open range; None where there is none that can be read."""
    found = _WRITTEN.fullmatch(result.activity_score)
    if found is None:
        return None
    low = float(found["number"])
    return Score(low, math.inf if found["open"] else low)


def readings_of_scores(gene: Gene, results: Sequence[GeneResult], gaps: list[Gap]) -> tuple[Reading, ...]:
    """What scores alone mean, for a gene that has scores."""
    found: list[Reading] = []
    for result in results:
        score = score_of(result)
        read = readings_for_score(gene, score) if score is not None and gene.method == "score" else ()
        if not read:
            gaps.append(Gap(gene.symbol, "not_understood", "the reported activity score is none of this gene", result.origin))
        found += read
    return tuple(dict.fromkeys(found))


def settled(gene: Gene, readings: tuple[Reading, ...], told: Sequence[GeneResult], gaps: list[Gap]) -> tuple[Reading, ...]:
    """The readings of one phenotype that the scores reported beside it leave; a score that fits none is told and not used."""
    scores = [(r, score) for r in told if r.activity_score and (score := score_of(r)) is not None]
    if gene.method != "score" or not scores:
        return readings
    meant = {reading for _, score in scores for reading in readings_for_score(gene, score)}
    fitting = tuple(r for r in readings if r in meant)
    if not fitting:
        gaps.append(Gap(gene.symbol, "conflict", "the reported activity score and the reported phenotype differ", scores[0][0].origin))
    return fitting or readings


def compared(gene: Gene, readings: Sequence[Reading], told: Sequence[GeneResult], gaps: list[Gap]) -> None:
    """A reported score that is none of the computed ones is told; the computed one is used."""
    computed = {r.activity_score for r in readings if r.activity_score}
    for result in told:
        score = score_of(result)
        if score is not None and computed and str(score) not in computed:
            because = f"reported with activity score {score}, computed from the diplotype: {' or '.join(sorted(computed))}"
            gaps.append(Gap(gene.symbol, "conflict", because, result.origin))
