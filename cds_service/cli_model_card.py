"""The command `model card`: it parses words and prints. The group `model` takes it in."""

from __future__ import annotations

import click

from cds_service.settings import settings_or_exit
from cds_service.terminal import knowledge_here, stop, tell
from models.errors import PrecisionError


@click.command()
@click.argument("model_id", metavar="ID", default="")
@click.option("--format", "how", type=click.Choice(["text", "json", "hti1"]), default="text", help="hti1: the source attributes as JSON.")
def card(model_id: str, how: str) -> None:
    """Print the card of the model ID: what it is, for whom, and which recorded runs its figures come from. Without ID: all models.

    Exit status: 0 printed, 2 there is no such model.
    """
    from cds_service.model_cards.text import attributes_text, listing_text
    from cds_service.rebuild import load_cards
    from cds_service.services import load_services
    from cds_service.wire import read_plain

    settings = settings_or_exit()
    known = knowledge_here(settings)
    try:
        pages = load_cards(settings, known, load_services())
        if not model_id:
            body = pages.listing()[0]
            tell(listing_text(read_plain(body)) if how == "text" else body.decode())
        elif how == "text":
            tell(attributes_text(read_plain(pages.card(model_id)[0])))
        else:
            tell((pages.card(model_id) if how == "json" else pages.source_attributes(model_id))[0].decode())
    except PrecisionError as error:
        stop(str(error).replace("GET /models lists", "`precision-hooks model card` without an ID lists"))
