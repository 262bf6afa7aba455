"""What the commands share: bytes in, text out, knowledge, and an end with one sentence. It knows no command."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from models.errors import PrecisionError

if TYPE_CHECKING:
    from cds_service.settings import Settings
    from models.knowledge.cohort_types import CohortDefinition
    from models.knowledge.monitoring_types import Thresholds
    from models.knowledge.types import Knowledge


def bytes_of(file: Path) -> bytes:
    """Of a file, or of standard input where it is '-'."""
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        stop(f"{file} cannot be read ({error.strerror}).")


def shipped_knowledge() -> Knowledge:
    """What every clone knows."""
    from models.knowledge.load import load

    try:
        return load()
    except PrecisionError as error:
        stop(str(error))


def shipped_cohort(name: str) -> CohortDefinition:
    """What a published cohort's file means."""
    from models.knowledge.load import load_cohort

    try:
        return load_cohort(name)
    except PrecisionError as error:
        stop(str(error))


def knowledge_here(settings: Settings) -> Knowledge:
    """What the service knows with these settings: its own folder of knowledge, the site's codes and RxNorm too."""
    from cds_service.rebuild import load_knowledge

    try:
        return load_knowledge(settings)
    except PrecisionError as error:
        stop(str(error))


def thresholds(file: Path | None) -> Thresholds:
    """When monitoring calls for something: by a file of the site's own, or as every clone has it."""
    import tomllib

    from models.knowledge.load import load_thresholds
    from models.knowledge.monitoring_files import read_thresholds

    try:
        return load_thresholds() if file is None else read_thresholds(tomllib.loads(file.read_text("utf-8")), file.name)
    except PrecisionError as error:
        stop(str(error))
    except (OSError, ValueError):
        stop(f"{file} cannot be read as TOML in UTF-8.")


def tell(text: str) -> None:
    """One answer to standard output; a full disk behind it is no traceback, and no exit status of an answer."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise  # click ends quietly
    except OSError as error:
        _unwritten(error)


def write(line: str, flush: bool = False) -> None:
    """One line of a stream to standard output. BrokenPipeError goes on to the caller."""
    try:
        sys.stdout.write(line)
        if flush:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _unwritten(error)


def _unwritten(error: OSError) -> NoReturn:
    with contextlib.suppress(OSError):
        sys.stdout.close()  # else the interpreter would try again at its end, and tell
    stop(f"the output cannot be written ({error.strerror}), so it is not complete.")


def stop(message: str) -> NoReturn:
    """One sentence on stderr, and the exit status of what could not be done."""
    click.echo(f"precision-hooks: {message}", err=True)
    sys.exit(2)
