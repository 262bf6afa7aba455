"""The commands `store migrate`, `store rotate-keys` and `store backup`: they parse words and print."""

from __future__ import annotations

from pathlib import Path

import click

from cds_service.errors import StoreUnavailable
from cds_service.settings import settings_or_exit
from cds_service.terminal import stop


@click.group()
def store() -> None:
    """What is kept: audit, feedback, memory of cards."""


@store.command()
def migrate() -> None:
    """Bring the store's tables to this version. SQLite does so by itself; PostgreSQL waits for this command."""
    from sqlalchemy.exc import SQLAlchemyError

    from cds_service.store.database import bare_engine
    from cds_service.store.schema import migrate as migrate_tables

    try:
        engine = bare_engine(settings_or_exit().store_url, busy_ms=10_000)
        before, after = migrate_tables(engine)
        engine.dispose()
    except (SQLAlchemyError, OSError, ImportError) as error:
        stop(f"the store was not migrated and is as it was ({type(error).__name__}); see PRECISION_HOOKS_STORE_URL and the database's log.")
    click.echo(f"The store's tables are of revision {after}" + (", as before." if before == after else f" (before: {before or 'none'})."))


@store.command("rotate-keys")
def rotate_keys() -> None:
    """Encrypt comments and profiles anew under the first key of PRECISION_HOOKS_COMMENT_KEY and PRECISION_HOOKS_PROFILE_KEY."""
    from cds_service.store.rotation import rotate_comments, rotate_profiles
    from cds_service.store.sealing import Sealing

    settings = settings_or_exit()
    unreadable = 0
    keys = (("comment", settings.comment_key, rotate_comments), ("profile", settings.profile_key, rotate_profiles))
    for name, key, rotate in keys:
        if not key:
            click.echo(f"{name}s: no key is set, so nothing was done.")
            continue
        try:
            done = rotate(settings.store_url, Sealing(key))
        except StoreUnavailable as error:
            stop(str(error))
        click.echo(f"{name}s: {done.again} encrypted anew, {done.unreadable} that none of the keys decrypts.")
        unreadable += done.unreadable
    if unreadable:
        stop("keep the older keys: what none of the given ones decrypts was left as it was.")


@store.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy an SQLite store to FILE while the service runs, and print the audit's head. Guard the copy as you guard the store."""
    from cds_service.store.backup import back_up, file_of

    source = file_of(settings_or_exit().store_url)
    if source is None:
        stop("the store is no SQLite file. Use pg_dump for PostgreSQL; it too takes the audit, whose chain goes on after pg_restore.")
    try:
        head = back_up(source, file)
    except StoreUnavailable as error:
        stop(str(error))
    except FileExistsError:
        stop(f"{file} is there already, so nothing was copied. Name another file.")
    except OSError as error:
        stop(f"{file} cannot be written ({error.strerror}).")
    click.echo(f"Copied to {file}. Head of the audit in it: {head}")
