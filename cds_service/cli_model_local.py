"""The commands `model new-key`, `recalibrate`, `merge` and `monitor`: a model at one's own site. They parse words and print."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from cds_service.settings import settings_or_exit
from cds_service.terminal import knowledge_here, stop, tell, thresholds
from models.errors import PrecisionError

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("new-key")
@click.argument("file", metavar="KEY.pem", type=click.Path(path_type=Path, dir_okay=False))
def new_key(file: Path) -> None:
    """Make a key that signs this site's records: KEY.pem, which stays here, and KEY.pem.pub for those who trust it."""
    from cds_service.population.record_signing import make_key, public_of

    try:
        name = make_key(file)
    except OSError as error:
        stop(f"{file}: {error.strerror}; no key was made.")
    click.echo(f"Key {name}. Keep {file} to yourself; give {public_of(file)} to whoever should trust your records.")


@click.command()
@click.argument("study", metavar="STUDY.toml", type=_FILE)
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path, exists=True))
@click.option("--key", required=True, type=_FILE, help="The private key that signs (model new-key).")
@click.option("--out", required=True, type=_FOLDER, help="Folder for the records and the report.")
def recalibrate(study: Path, data: Path, key: Path, out: Path) -> None:
    """Try a model on people of this site, and write signed records and a report of how well it fits.

    DATA is a folder of FHIR Bulk files (*.ndjson, *.ndjson.gz) or a CSV file; STUDY.toml says what is asked (docs/local-fit.md).
    Exit status: 0 records were written, 1 there is a report but no record, 2 it could not be done.
    """
    from cds_service.population.local_fit import recalibrated, report_text
    from cds_service.population.study import read_study

    known = knowledge_here(settings_or_exit())
    try:
        asked = read_study(study, known)
        out.mkdir(parents=True, exist_ok=True)
        found = recalibrated(asked, data, key, known, date.today().isoformat(), out)
        for name, body in found.files.items():
            (out / name).write_bytes(body)
        (out / f"{asked.model}.report.json").write_bytes(report_text(found.report))
    except PrecisionError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}, so what was written is not complete.")
    told = found.report
    click.echo(f"{told['people']} people with a prediction and a known outcome; report in {out / f'{asked.model}.report.json'}.")
    for name, formula in told["formulas"].items():
        moved = f" ({formula['intercept']:+.3f}, slope {formula['slope']:.3f})" if "slope" in formula else ""
        click.echo(f"{name}: {formula['calibration']}{moved}.")
    for why in found.without:
        click.echo(f"No record: {why}.", err=True)
    if told["files"]["unreadable"]:
        click.echo(f"{told['files']['unreadable']} lines could not be read, the first: {told['files']['first']}.", err=True)
    sys.exit(0 if found.files else 1)


@click.command()
@click.argument("records", metavar="RECORD.json…", nargs=-1, required=True, type=_FILE)
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The merged record.")
@click.option("--key", required=True, type=_FILE, help="The private key that signs it.")
@click.option("--keys", required=True, type=_FOLDER, help="Folder of the public keys (*.pub) of those whose records these are.")
@click.option("--site", required=True, help="What these sites are called together.")
@click.option("--version", type=click.IntRange(1), default=1, help="Of the merged record (default 1).")
def merge(records: tuple[Path, ...], out: Path, key: Path, keys: Path, site: str, version: int) -> None:
    """Add the sums of several sites: the result is the record that all their people together would have given, to the last digit."""
    from cds_service.population.local_fit import merge as merged
    from cds_service.population.record_signing import public_keys
    from models.prediction.calibration import fit

    try:
        record, body = merged(records, public_keys(keys), key, site=site, version=version, made=date.today().isoformat())
        out.write_bytes(body)
    except PrecisionError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}, so nothing was written.")
    click.echo(
        f"{record.people} people of {len({p.site for p in record.parts})} sites, {record.model}, {record.formula}: {fit(record).because}."
    )


@click.command()
@click.argument("log", metavar="LOG", type=_FILE)
@click.option("--model", required=True, metavar="ID", help="The model that is watched.")
@click.option("--baseline-until", required=True, metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the baseline.")
@click.option("--thresholds", "own", type=_FILE, help="Limits of your own, in the form of models/knowledge/monitoring/thresholds.toml.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write everything as JSON.")
def monitor(log: Path, model: str, baseline_until: datetime, own: Path | None, out: Path | None) -> None:
    """Watch a model in use by a log of its predictions and of what came (CSV or NDJSON): docs/local-fit.md.

    Exit status, by the last months of the log: 0 nothing to do, 1 something is to be looked at or recalibrated, 2 it could not be done,
    3 the model should not be shown until it is mended.
    """
    from cds_service.population.local_fit import report_text
    from cds_service.population.monitor import watch
    from cds_service.population.monitor_report import EXIT, document, text

    known = knowledge_here(settings_or_exit()).models.get(model)
    if known is None:
        stop(f"'{model}' is no model of this knowledge.")
    limits = thresholds(own)
    try:
        found = watch(log, model, baseline_until.date(), limits, risk=known.output.what != "dose")
        report = document(found, limits, date.today().isoformat())
        if out is not None:
            out.write_bytes(report_text(report))
    except PrecisionError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}, so nothing was written.")
    tell("\n".join(text(report)))
    if found.trouble.unreadable:
        click.echo(f"{found.trouble.unreadable} rows could not be read, the first: {found.trouble.first}.", err=True)
    sys.exit(EXIT[found.windows[-1].action])
