"""The command `policy check`: which rows of a site's files must be read again. It changes no file."""

from __future__ import annotations

import sys
from datetime import date

import click

from cds_service.settings import settings_or_exit
from cds_service.terminal import knowledge_here, stop
from models.errors import PrecisionError


@click.group()
def policy() -> None:
    """What a site decides for itself."""


@policy.command()
@click.argument("site", metavar="SITE")
@click.option("--sites", "folder", help="The folder that holds one folder for each site (default PRECISION_HOOKS_SITES).")
def check(site: str, folder: str | None) -> None:
    """Read SITE's codes.toml and policy.toml, and list what is due: exit status 1 where anything is, 2 where they cannot be used.

    A rule tells the digest of the shipped rows that it is about: write it as `upstream` once the rows were read.
    """
    from cds_service.sites import site as read_site
    from models.knowledge.policy_review import due, overdue

    settings = settings_or_exit()
    try:
        found = read_site(site, settings.sites if folder is None else folder, knowledge_here(settings))
    except PrecisionError as error:
        stop(str(error))
    today = date.today()
    lines = [*due(found.policy, found.knowledge, today), *overdue(found.codes.reviewed if found.codes else (), today)]
    for line in lines:
        click.echo(line)
    rows = len(found.policy.rules) + len(found.policy.order_codes) + (len(found.codes.reviewed) if found.codes else 0)
    digests = f"Knowledge {found.knowledge.digest}, policy {found.policy.digest or 'none'}."
    click.echo(f"{len(lines)} of {rows} rows have something due. {digests}" if lines else f"{rows} rows, nothing due. {digests}")
    sys.exit(1 if lines else 0)
