"""What a form of a model answers. A type of its own, so that the modules of special forms need not know each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scored:
    """A model's answer before anything is checked: the scale on which shares add up, and the output."""

    linear: float
    value: float
