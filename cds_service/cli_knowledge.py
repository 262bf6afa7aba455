"""The commands `knowledge check` and `knowledge import-rxnorm`: they parse words and print."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from cds_service.settings import Settings, settings_or_exit
from cds_service.terminal import knowledge_here, shipped_knowledge, stop
from models.errors import PrecisionError
from models.knowledge.types import Knowledge


@click.group()
def knowledge() -> None:
    """What the service knows."""


@knowledge.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Copy the shipped knowledge into DIR, which must be empty, to be changed there and named in PRECISION_HOOKS_KNOWLEDGE."""
    from cds_service.rebuild import exported

    try:
        click.echo(f"Copied to {folder}. Digest {exported(folder)}.")
    except OSError as error:
        stop(f"{folder}: {error.strerror}.")


@knowledge.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Check this folder, before it is put in force.")
def check(folder: Path | None) -> None:
    """Read every knowledge file and prove that each guideline answers every combination of its keys."""
    from cds_service.messages import agree, messages
    from cds_service.site_files import contents, summary

    settings = settings_or_exit(**({"knowledge": str(folder)} if folder else {}))
    known = knowledge_here(settings)
    try:
        agree(known, messages())
        site = summary(known, settings, date.today())
    except PrecisionError as error:
        stop(str(error))
    for line in (*contents(known), *site, *_calibrations(known, settings), f"Sound. Digest {known.digest}."):
        click.echo(line)


def _calibrations(known: Knowledge, settings: Settings) -> list[str]:
    if not settings.calibrations:
        return []
    from cds_service.population.calibrations_folder import read_calibrations

    return [held.line() for held in read_calibrations(settings.calibrations, settings.calibration_keys, known.models)]


@knowledge.command("import-rxnorm")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("rxnorm.tsv"), help="Where to write (default rxnorm.tsv)."
)
def import_release(folder: Path, out: Path) -> None:
    """Read your own RxNorm release in DIR (RXNCONSO.RRF, RXNREL.RRF and, for NDCs, RXNSAT.RRF) and write the file that the service reads.

    The file is yours, under your UMLS licence: keep it out of repositories. Name it in PRECISION_HOOKS_RXNORM_FILE.
    """
    from cds_service.import_rxnorm import import_rxnorm

    try:
        counts = import_rxnorm(folder, out, shipped_knowledge().drugs)
    except PrecisionError as error:
        stop(str(error))
    except UnicodeDecodeError:
        stop(f"{folder}: a file is not UTF-8, so nothing was written. Take the release as NLM gives it.")
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}, so nothing was written.")
    for line in counts.lines(out):
        click.echo(line)
