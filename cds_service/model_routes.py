"""The addresses of model cards: /models, /models/{id}, /models/{id}/source-attributes. Nothing of a patient or a client."""

from __future__ import annotations

from flask import Blueprint, Response, request

from cds_service.errors import NotAcceptable
from cds_service.model_cards.pages import Page
from cds_service.routes import state_at_hand, watch

JSON = "application/json"


def add_model_routes(pages: Blueprint) -> None:
    """To the blueprint that `gate` attaches; `routes.ACCESS` says who may use them."""
    pages.add_url_rule("/models", view_func=models)
    pages.add_url_rule("/models/<model_id>", view_func=model)
    pages.add_url_rule("/models/<model_id>/source-attributes", view_func=model_source_attributes)


def models() -> Response:
    _watched()
    return _told(state_at_hand().cards.listing())


def model(model_id: str) -> Response:
    _watched()
    return _told(state_at_hand().cards.card(model_id))


def model_source_attributes(model_id: str) -> Response:
    _watched()
    return _told(state_at_hand().cards.source_attributes(model_id))


def _watched() -> None:
    watch("models")
    if request.accept_mimetypes and not request.accept_mimetypes[JSON]:
        raise NotAcceptable("Model cards are told as application/json alone. Send Accept: application/json.")


def _told(page: Page) -> Response:
    """Whoever has this very card already is told so, and fetches nothing again."""
    body, tag = page
    response = Response(body, content_type=JSON)
    response.headers["Cache-Control"] = "no-cache"  # kept, and asked for again each time: a card may change with the knowledge
    response.headers["Vary"] = "Accept"
    response.set_etag(tag)
    response.make_conditional(request)
    return response
