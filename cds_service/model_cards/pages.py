"""The bytes of what /models tells, kept for as long as one snapshot is in force: anybody may ask, so asking must cost next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from cds_service.errors import UnknownModel
from cds_service.model_cards.local_reports import Reports
from cds_service.model_cards.views import card, listing, source_attributes
from cds_service.service import Service
from cds_service.wire import write_json
from models.knowledge.model_types import Model
from models.knowledge.types import Knowledge

Page = tuple[bytes, str]  #: JSON and its ETag


class ModelPages:
    """Of one snapshot of knowledge, services and reports. Two threads that ask first at once make a page twice, alike."""

    def __init__(self, knowledge: Knowledge, services: Sequence[Service], reports: Reports, base: str = "") -> None:
        self.knowledge, self.services, self.reports, self.base = knowledge, services, reports, base.rstrip("/")
        self._kept: dict[tuple[str, str], Page] = {}

    def listing(self) -> Page:
        return self._page("listing", "", lambda: listing(self.knowledge, self.services, self.base))

    def card(self, model_id: str) -> Page:
        """Raises UnknownModel."""
        model = self._model(model_id)
        return self._page("card", model_id, lambda: card(model, self.knowledge, self.services, self.reports.get(model_id, ()), self.base))

    def source_attributes(self, model_id: str) -> Page:
        """Raises UnknownModel."""
        model = self._model(model_id)
        return self._page("attributes", model_id, lambda: source_attributes(model, self.knowledge, self.reports.get(model_id, ())))

    def _model(self, model_id: str) -> Model:
        """Only what is there is kept, so that asking for anything else fills no memory."""
        if model_id not in self.knowledge.models:
            raise UnknownModel("No model has this id. GET /models lists those that there are.")
        return self.knowledge.models[model_id]

    def _page(self, kind: str, model_id: str, make: Callable[[], Mapping[str, Any]]) -> Page:
        if (kind, model_id) not in self._kept:
            body = write_json(make())
            self._kept[kind, model_id] = body, sha256(body).hexdigest()[:32]
        return self._kept[kind, model_id]
