"""Units of measure: from one UCUM unit into another, or not at all. It assumes no unit and knows no measurement.

`convert(70, "kg", "[lb_av]")`; `convert(1.0, "mg/dL", "umol/L", molar_mass=113.12)`. Common units are a look-up in
units.toml; the library ucumvert is asked for the rest, once for each pair. Whatever cannot be converted gives None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import tomli

LONGEST = 40  #: characters of a unit: what is longer is no unit of a chart
#: What the library may see: UCUM's characters, without numbers that would have it work for ever ("10*999999999").
_SAFE = re.compile(r"[A-Za-z0-9%\[\]_'*/.{}()+-]+")
_LARGE = re.compile(r"\d{4}|[*^][+-]?[4-9]\d|[*^][+-]?\d{3}")
#: Arbitrary units, equivalents and osmoles: the library counts them as numbers or amounts, and they are neither.
_NO_AMOUNT = re.compile(r"U\]|u\]|\[(?:arb|CCID|TCID|EID|PFU|FFU|CFU|D'ag|EU|BAU|pH)|eq|osm")
_ANNOTATION = re.compile(r"\{[^}]*\}")
#: Pairs of dimensions between which a molar mass (g/mol) leads, and a charge.
_BY_MASS = {("mass", "amount"), ("mass-concentration", "substance-concentration")}
_BY_CHARGE = ("equivalent-concentration", "substance-concentration")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of the table: value * factor + zero is in the base unit of its dimension."""

    dimension: str
    factor: float
    zero: float = 0.0


@dataclass(frozen=True, slots=True)
class _Table:
    units: Mapping[str, _Unit]
    spelled: Mapping[str, str]


def convert(value: float, unit: str, to: str, *, molar_mass: float | None = None, charge: int | None = None) -> float | None:
    """`value` in the unit `to`; None where either unit is missing or not known, or the two measure different things.

    `molar_mass` (g/mol) leads from masses to amounts and back, `charge` from equivalents to amounts; without them neither is done.
    """
    source, target = canonical(unit), canonical(to)
    if not source or not target or not math.isfinite(value):
        return None
    if source == target:
        return value
    known = table().units
    one, other = known.get(source), known.get(target)
    if one is not None and other is not None:
        scale = 1.0 if one.dimension == other.dimension else _between(one.dimension, other.dimension, molar_mass, charge)
        found = None if scale is None else ((value * one.factor + one.zero) * scale - other.zero) / other.factor
    else:
        line = _by_library(source, target)
        found = None if line is None else value * line[0] + line[1]
    return found if found is not None and math.isfinite(found) else None


def same_dimension(unit: str, other: str) -> bool:
    """Can one be converted into the other, without knowing of which substance?"""
    return convert(1.0, unit, other) is not None


def canonical(unit: str) -> str:
    """The UCUM code of a unit as written; what is no known spelling stands as it is, "" for what can be no unit."""
    if len(unit) > LONGEST:
        return ""
    known = table()
    if unit in known.units:
        return unit
    stated = unit.strip().replace("µ", "u").replace("μ", "u")
    if stated in known.units:
        return stated
    # "Mg" is a million grams to UCUM and a milligram to many who write it: it stays nothing
    if stated[:1] == "M" and not stated.isupper():
        return ""
    return known.spelled.get(stated.lower(), stated)


@cache
def table() -> _Table:
    """units.toml, read once."""
    raw = tomli.loads(files("models").joinpath("units.toml").read_text("utf-8"))
    units = {code: _Unit(name, float(factor)) for name, listed in raw["dimension"].items() for code, factor in listed.items()}
    units |= {code: _Unit("temperature", float(factor), float(zero)) for code, (factor, zero) in raw["temperature"].items()}
    whole = {code.lower(): code for code in reversed(units) if len(code) > 1}
    twice = {low for low in whole if len({units[code] for code in units if code.lower() == low}) > 1}
    return _Table(units, {low: code for low, code in whole.items() if low not in twice} | raw["spelled"])


def _between(one: str, other: str, molar_mass: float | None, charge: int | None) -> float | None:
    """Base unit of one dimension in the base unit of another: grams and moles, moles and equivalents."""
    if molar_mass is not None and molar_mass > 0:
        if (one, other) in _BY_MASS:
            return 1 / molar_mass
        if (other, one) in _BY_MASS:
            return molar_mass
    if charge is not None and charge > 0:
        if (one, other) == _BY_CHARGE:
            return 1 / charge
        if (other, one) == _BY_CHARGE:
            return float(charge)
    return None


@lru_cache(maxsize=512)
def _by_library(unit: str, to: str) -> tuple[float, float] | None:
    """(slope, intercept) of a conversion that the table lacks. What is written in annotations must be the same in both."""
    for text in (unit, to):
        if not _SAFE.fullmatch(text) or _LARGE.search(text) or _NO_AMOUNT.search(_ANNOTATION.sub("", text)):
            return None
    if _ANNOTATION.findall(unit) != _ANNOTATION.findall(to):
        return None
    try:
        registry = _registry()
        one, other = registry.from_ucum(unit), registry.from_ucum(to)
        if one.dimensionless or one.dimensionality != other.dimensionality:
            return None
        at = [
            float(registry.Quantity(number * one.magnitude, one.units).to(other.units).magnitude / other.magnitude) for number in (0, 1, 2)
        ]
    except Exception:  # noqa: BLE001 - text of a stranger in a library's parser: whatever it raises means that this is no unit
        return None
    slope = at[1] - at[0]
    straight = math.isclose(at[2], at[0] + 2 * slope, rel_tol=1e-9) and slope > 0 and math.isfinite(at[2])
    return (slope, at[0]) if straight else None


@cache
def _registry() -> Any:
    """The library with UCUM's own table; 0.7 s, so only when a rare unit comes."""
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()
