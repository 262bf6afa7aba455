"""The knowledge that the service would load, loaded once for all tests of a process: it never changes."""

from __future__ import annotations

from functools import cache

from models.knowledge.load import load
from models.knowledge.types import Knowledge


@cache
def shipped() -> Knowledge:
    return load()
