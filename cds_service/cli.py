"""The command `precision-hooks`. It parses words and prints; what is done stands in the modules it calls."""

from __future__ import annotations

import io
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.cli_audit import audit
from cds_service.cli_calls import explain, replay
from cds_service.cli_doctor import config, doctor, sheet
from cds_service.cli_import import import_
from cds_service.cli_knowledge import knowledge
from cds_service.cli_model import model
from cds_service.cli_model_card import card
from cds_service.cli_model_local import merge, monitor, new_key, recalibrate
from cds_service.cli_model_score import score
from cds_service.cli_policy import policy
from cds_service.cli_store import store
from cds_service.cli_switch import switch
from cds_service.clients.client import LOCAL_ID
from cds_service.garbage import settle
from cds_service.settings import Settings, hand_on, settings_or_exit
from cds_service.terminal import bytes_of, knowledge_here, shipped_knowledge, stop, tell, write
from models.errors import PrecisionError

if TYPE_CHECKING:
    from cds_service.overload import Load

_IN_MEMORY = ("sqlite://", "sqlite:///", "sqlite:///:memory:")

STORE_OPENS_AFTER = 1.0  #: seconds after the start: the first answers are quick, and do without the memory of earlier cards


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="precision-hooks")
def main() -> None:
    """Precision medicine at the moment of the order: a CDS Hooks service."""


main.add_command(audit)
main.add_command(config)
main.add_command(doctor)
main.add_command(explain)
main.add_command(import_)
main.add_command(knowledge)
main.add_command(model)
for one in (card, new_key, recalibrate, merge, monitor, score):
    model.add_command(one)
main.add_command(policy)
main.add_command(replay)
main.add_command(sheet)
main.add_command(store)
main.add_command(switch)


@main.command()
@click.option("--host", help="Address to listen on (default 127.0.0.1, or PRECISION_HOOKS_HOST).")
@click.option("--port", type=int, help="Port to listen on (default 8080, or PRECISION_HOOKS_PORT).")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes, by gunicorn (default: one, by waitress).")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Answer CDS Hooks calls until stopped."""
    given = {"host": host, "port": port, "processes": workers or 1}
    settings = settings_or_exit(**{name: value for name, value in given.items() if value is not None})
    if settings.store_url in _IN_MEMORY:
        stop("PRECISION_HOOKS_STORE_URL names a store in memory, where no feedback would be kept. Name a file or a PostgreSQL database.")
    _warn_about(settings)
    if workers is not None:
        hand_on(**given)
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "python:cds_service.gunicorn_conf"])  # noqa: S606
    from cds_service.app import create_app, create_state  # on use: other commands need no server
    from cds_service.server import server_of

    try:
        state = create_state(settings)
        server = server_of(create_app(state=state), settings, state.refused)
    except PrecisionError as error:
        stop(str(error))
    except OSError as error:
        stop(f"cannot listen on {settings.host}:{settings.port} ({error.strerror}). Choose another port with --port.")
    except ValueError:
        stop(f"cannot listen on {settings.host}: this name has no address. Give an address of this machine with --host.")
    settle()
    _end_in_good_order(state.load, settings.drain_for)
    state.began(memory_after=STORE_OPENS_AFTER)
    click.echo(f"Listening on http://{settings.host}:{settings.port}/cds-services", err=True)
    try:
        server.run()
    finally:
        state.ended()


def _end_in_good_order(load: Load, seconds: int) -> None:
    """On SIGTERM, say that this ends and answer on for so long; then, or at a second one, the server ends on SystemExit.

    It stops listening, and the calls under way are answered.
    """

    def end(*_: object) -> None:
        if load.draining or not seconds:
            sys.exit(0)
        load.drain()
        signal.setitimer(signal.ITIMER_REAL, seconds)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)


def _warn_about(settings: Settings) -> None:
    """Without a clients file nobody is told apart, and said on every start; settings see to it that nobody else can call then."""
    if not settings.clients:
        click.echo("Callers are not authenticated: listening on this machine only. PRECISION_HOOKS_CLIENTS says who may call.", err=True)


@main.command()
@click.argument("request_file", metavar="REQUEST.json", type=click.Path(path_type=Path))
@click.option("--service", "service_id", help="Service id; needed only where several services answer the request's hook.")
@click.option("--explain", is_flag=True, help="Also print each rule that was looked at, its outcome and why.")
@click.option("--fetch", is_flag=True, help="Read from the request's FHIR server what prefetch lacks (no network otherwise).")
@click.option("--text", is_flag=True, help="Print the cards for people instead of the response.")
@click.option("--client", default="", help="Answer as this client of the clients file would be: its site, switches and dialect.")
def evaluate(request_file: Path, service_id: str | None, explain: bool, fetch: bool, text: bool, client: str) -> None:
    """Answer one request without HTTP. REQUEST.json may be '-'.

    Exit status: 0 no card, 1 there are cards, 2 the request cannot be answered (the OperationOutcome is printed).
    """
    from cds_service.evaluate import evaluate_body, explanation

    body = bytes_of(request_file)
    result = evaluate_body(body, service_id, settings_or_exit(), fetch=fetch, client=client)
    if text and result.status == 200:
        from rich.console import Console

        from cds_service.card_text import show

        show(result.response, Console())
    else:
        tell(result.json())
    if explain and result.assessment is not None:
        click.echo(explanation(result.assessment), err=True)
    sys.exit(2 if result.status != 200 else 1 if result.response["cards"] else 0)


@main.command()
@click.argument("chart", metavar="BUNDLE.json", type=click.Path(path_type=Path))
@click.option("--patient", default="", help="Id of the patient; needed only where the file does not say whose it is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--no-validation", is_flag=True, help="Do not hold each resource against FHIR R4B (faster).")
def read(chart: Path, patient: str, as_json: bool, no_validation: bool) -> None:
    """Tell what of a chart is understood, from where, and what is not. No rule is applied.

    BUNDLE.json may be a Bundle, one resource, one resource a line, a CDS Hooks request, or '-'.
    Exit status: 0 all was understood, 1 something was not, 2 the file cannot be read.
    """
    from cds_service.reading.chart_file import chart_file
    from cds_service.reading.report import read_chart
    from cds_service.reading.text import text_of
    from cds_service.wire import write_json

    body = bytes_of(chart)
    try:
        reading = read_chart(chart_file(body, patient), knowledge_here(settings_or_exit()), date.today(), validate=not no_validation)
    except PrecisionError as error:
        stop(f"{chart}: {error}")
    tell(write_json(reading.document(), indent=True).decode() if as_json else "\n".join(text_of(reading)))
    sys.exit(0 if reading.whole else 1)


@main.command()
@click.argument("table", metavar="FILE.tsv", type=click.Path(path_type=Path, allow_dash=True))
def phenotype(table: Path) -> None:
    """Add phenotype, activity_score and problem to a tab-separated table with the columns gene and diplotype.

    One row out for each row in, as they come; FILE.tsv may be '-'. What cannot be read gets an empty phenotype and a problem.
    """
    from cds_service.phenotype_table import add_phenotypes

    known = shipped_knowledge()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # bytes that are no UTF-8 go out as they came; who pipes rows in gets each one back before sending the next
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", line_buffering=str(table) == "-")
    try:
        with click.open_file(str(table), "r", encoding="utf-8", errors="surrogateescape") as lines:
            for line in add_phenotypes(lines, known.genes):
                write(line)
        write("", flush=True)
    except BrokenPipeError:
        # the reader has seen enough (`| head`); what is left in the buffer must not fail at the interpreter's end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        stop(f"{table} cannot be read ({error.strerror}).")
    except PrecisionError as error:
        stop(f"{table}: {error}")


@main.command()
@click.option("--client", default=LOCAL_ID, help="Id of the client (the EHR) whose codes are asked for.")
def unmapped(client: str) -> None:
    """Print the codes of medicines that no table knows: where they were met, how often, first and last. The most frequent first.

    Tab-separated. What they mean is for you to say: in PRECISION_HOOKS_SITE_CODES, or by your own RxNorm (knowledge import-rxnorm).
    """
    from cds_service.errors import StoreUnavailable
    from cds_service.store.unmapped import COLUMNS, UnmappedStore

    try:
        rows = UnmappedStore(settings_or_exit().store_url).rows(client)
    except StoreUnavailable as error:
        stop(str(error))
    tell("\n".join("\t".join(cells) for cells in (COLUMNS, *rows)))


@main.command()
def demo() -> None:
    """Start the service, sign a clopidogrel order for a CYP2C19 *2/*2 patient, show the card and the response."""
    from rich.console import Console

    from cds_service.demo import run

    try:
        run(Console())
    except RuntimeError as error:
        stop(str(error))


if __name__ == "__main__":
    main()
