"""The commands `import vcf` and `import pharmcat`: they parse words, print the bundle, and say on stderr what was called and what not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.terminal import stop
from models.errors import PrecisionError

if TYPE_CHECKING:
    from cds_service.importing.imported import Imported

_PATIENT = click.option("--patient", required=True, metavar="ID", help="FHIR id of the patient whose results these are.")
_EFFECTIVE = click.option("--effective", metavar="DATE", help="Date of the sample (FHIR date); else that of the file.")
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Write the bundle there instead of standard output.")


@click.group(name="import")
def import_() -> None:
    """Turn files of genomic results into FHIR bundles: research and trial use, outside the order path.

    Exit status: 0 at least one gene has a genotype, 1 none has, 2 the file cannot be used.
    """


@import_.command()
@click.argument("file", metavar="FILE.vcf[.gz]", type=click.Path(path_type=Path))
@_PATIENT
@click.option("--sample", metavar="NAME", help="The patient's column, where the file holds several samples.")
@click.option("--build", type=click.Choice(["GRCh38", "GRCh37"]), help="The reference genome, where the header does not tell it.")
@click.option("--absent-is-reference", is_flag=True, help="Positions in no record count as reference. Right only if all were sequenced.")
@_EFFECTIVE
@_OUT
def vcf(
    file: Path, patient: str, sample: str | None, build: str | None, absent_is_reference: bool, effective: str | None, out: Path | None
) -> None:
    """Star alleles of a germline VCF on GRCh38."""
    from cds_service.importing.from_vcf import Asked, import_vcf
    from models.knowledge.load import load, load_definitions

    asked = Asked(patient, build, sample, absent_is_reference, effective)
    _run(file, out, lambda: import_vcf(file, asked, load().genes, load_definitions()))


@import_.command()
@click.argument("file", metavar="FILE.json", type=click.Path(path_type=Path))
@_PATIENT
@_EFFECTIVE
@_OUT
def pharmcat(file: Path, patient: str, effective: str | None, out: Path | None) -> None:
    """The genotypes of PharmCAT's report.json or phenotype.json, versions 2 and 3."""
    from cds_service.importing.from_pharmcat import import_pharmcat
    from models.knowledge.load import load

    _run(file, out, lambda: import_pharmcat(file, patient, effective, load().genes))


def _run(file: Path, out: Path | None, make: Callable[[], Imported]) -> None:
    try:
        made = make()
    except OSError as error:
        stop(f"{file} cannot be read ({error.strerror}).")
    except PrecisionError as error:
        stop(f"{file}: {error}")
    try:
        if out is None:
            click.echo(made.json())
        else:
            out.write_text(made.json() + "\n", "utf-8")
    except BrokenPipeError:
        raise  # click ends quietly
    except OSError as error:
        stop(f"the bundle cannot be written ({error.strerror}).")
    click.echo(made.summary(), err=True)
    sys.exit(0 if made.called else 1)
