"""The command `model score`: a genetic score from a VCF or a chart. It parses words and prints; nothing of it is in the order path."""

from __future__ import annotations

import gzip
import sys
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.terminal import shipped_knowledge, stop, tell
from models.errors import PrecisionError

if TYPE_CHECKING:
    from models.knowledge.score_types import Distribution, VariantScore
    from models.prediction.variant_score import VariantScored
    from models.variant import Variant

_MOST_NAMED = 12
_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.argument("name", metavar="SCORE")
@click.option("--vcf", type=_file, help="A germline VCF on GRCh38.")
@click.option("--chart", type=_file, help="FHIR: a Bundle, resources one a line, or a CDS Hooks request.")
@click.option("--patient", default="", metavar="ID", help="Whose resources count, where the chart does not say it.")
@click.option("--ancestry", default="", help="Ancestry that the patient reports; without it there is no percentile.")
@click.option("--reference", type=_file, help="TOML of scores to compare with: score, ancestry, mean, sd, people, source.")
@click.option("--sample", metavar="NAME", help="The patient's column, where the VCF holds several samples.")
@click.option("--build", type=click.Choice(["GRCh38", "GRCh37"]), help="The reference genome, where the VCF's header does not tell it.")
@click.option("--absent-is-reference", is_flag=True, help="Places in no record count as reference. Right only if all were sequenced.")
def score(name: str, vcf: Path | None, chart: Path | None, reference: Path | None, ancestry: str, **how: str) -> None:
    """Add up SCORE: the id of a shipped score (t1d-grs2), or a scoring file of the PGS Catalog.

    Exit status: 0 a score, 1 too little was seen for one, 2 a file cannot be used.
    """
    if (vcf is None) == (chart is None):
        stop("give either --vcf or --chart.")
    try:
        scored = _score(name)
        variants = _of_vcf(vcf, scored, how) if vcf else _of_chart(chart or Path(), how["patient"])
        lines, given = _told(scored, variants, ancestry, reference)
    except PrecisionError as error:
        stop(str(error))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        stop(f"a file cannot be read ({type(error).__name__}).")
    tell("\n".join(lines))
    sys.exit(0 if given else 1)


def _score(name: str) -> VariantScore:
    from models.prediction.pgs import read_pgs

    shipped = shipped_knowledge().scores
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        stop(f"{name} is no file and no shipped score ({', '.join(sorted(shipped))}).")
    content = path.read_bytes()
    text = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8")
    return read_pgs(text, path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat())


def _of_vcf(path: Path, scored: VariantScore, how: dict[str, str]) -> tuple[Variant, ...]:
    from cds_service.importing.vcf_scored import scored_variants

    return scored_variants(path, scored, how["build"], how["sample"], absent_is_reference=bool(how["absent_is_reference"]))


def _of_chart(path: Path, patient: str) -> tuple[Variant, ...]:
    from cds_service.reading.chart_file import chart_file
    from cds_service.reading.report import chart_profile

    return chart_profile(chart_file(path.read_bytes(), patient), shipped_knowledge(), date.today()).variants


def _told(scored: VariantScore, variants: tuple[Variant, ...], ancestry: str, reference: Path | None) -> tuple[list[str], bool]:
    """The lines, and whether there is a score."""
    from models.features.allele_counts import allele_counts
    from models.prediction.variant_score import VariantScored, add_up

    found = add_up(scored, allele_counts(variants, scored))
    if not isinstance(found, VariantScored):
        told = [f"{gap.subject}: {gap.because}." for gap in found[:_MOST_NAMED]]
        return [*told, *([f"… and {len(found) - _MOST_NAMED} more."] if len(found) > _MOST_NAMED else [])], False
    return [*_number(scored, found), _compared(scored, found, ancestry, reference)], True


def _number(scored: VariantScore, found: VariantScored) -> list[str]:
    seen = f"{found.coverage.variants} of {found.coverage.of} variants seen, {found.coverage.weight:.0%} of the weight"
    lines = [f"{scored.label}: {found.value:.3f} ({seen})"]
    if found.low != found.high:
        lines.append(
            f"Between {found.low:.3f} and {found.high:.3f}, whatever the missing ones are; they count as absent in the first number."
        )
    if found.haplotypes:
        doubt = "; more than two are tagged, so others are possible" if found.doubtful else ""
        lines.append(f"Haplotypes: {' / '.join(found.haplotypes)}{doubt}")
    lines += [f"Part {part}: {amount:.3f}" for part, amount in found.parts.items() if part]
    return lines + [f"Not seen: {gap.subject} ({gap.because})" for gap in found.missing[:_MOST_NAMED]]


def _compared(scored: VariantScore, found: VariantScored, ancestry: str, reference: Path | None) -> str:
    import tomli

    from models.errors import KnowledgeError
    from models.knowledge.score_files import read_distribution
    from models.patient import Gap
    from models.prediction.variant_score import standing

    own: tuple[Distribution, ...] = ()
    if reference:
        try:
            own = (read_distribution(tomli.loads(reference.read_text("utf-8")), reference.name),)
        except tomli.TOMLDecodeError as error:
            raise KnowledgeError(f"{reference.name}: not TOML ({error}); correct it") from None
    at = standing(found, ancestry, (*scored.references, *own))
    if isinstance(at, Gap):
        return f"No percentile: {at.because}."
    span = f"{at.low:.0f}" if round(at.low) == round(at.high) else f"{at.low:.0f} to {at.high:.0f}"
    return f"Higher than {span} % of {at.distribution.people} people ({at.distribution.ancestry}; {at.distribution.source})."
