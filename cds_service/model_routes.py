"""The addresses of model cards: /models, /models/{id}, /models/{id}/source-attributes. Nothing of a patient or a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, request

from cds_service.errors import NotAcceptable, UnknownModel
from cds_service.model_cards.views import card, listing, source_attributes
from cds_service.routes import respond, state_at_hand, watch
from cds_service.state import State
from models.knowledge.model_types import Model

JSON = "application/json"


def add_model_routes(pages: Blueprint) -> None:
    """To the blueprint that `gate` attaches; `routes.ACCESS` says who may use them."""
    pages.add_url_rule("/models", view_func=models)
    pages.add_url_rule("/models/<model_id>", view_func=model)
    pages.add_url_rule("/models/<model_id>/source-attributes", view_func=model_source_attributes)


def models() -> Response:
    return _told(lambda state: listing(state.knowledge, tuple(state.services.values()), state.settings.base_url))


def model(model_id: str) -> Response:
    def tell(state: State) -> Mapping[str, Any]:
        found, services = _model(state, model_id), tuple(state.services.values())
        return card(found, state.knowledge, services, state.reports.get(model_id, ()), state.settings.base_url)

    return _told(tell)


def model_source_attributes(model_id: str) -> Response:
    return _told(lambda state: source_attributes(_model(state, model_id), state.knowledge, state.reports.get(model_id, ())))


def _model(state: State, model_id: str) -> Model:
    if model_id not in state.knowledge.models:
        raise UnknownModel("No model has this id. GET /models lists those that there are.")
    return state.knowledge.models[model_id]


def _told(tell: Callable[[State], Mapping[str, Any]]) -> Response:
    """With an ETag: whoever has this very card already is told so, and fetches nothing again."""
    watch("models")
    if request.accept_mimetypes and not request.accept_mimetypes[JSON]:
        raise NotAcceptable("Model cards are told as application/json alone. Send Accept: application/json.")
    response = respond(tell(state_at_hand()))
    response.headers["Cache-Control"] = "no-cache"  # kept, and asked for again each time: a card may change with the knowledge
    response.headers["Vary"] = "Accept"
    response.set_etag(sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
