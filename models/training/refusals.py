"""What training will not do, as one error. Not what the data lack: a row that cannot be used is counted, not refused."""

from __future__ import annotations

from models.errors import PrecisionError


class TrainingRefused(PrecisionError):
    """Asked for something that would make a model that cannot be believed: weighted classes, later years among the earlier ones."""
