"""Numbers of a variant: allele fraction, copies, depth, places. A number whose scale is not said is none."""

from __future__ import annotations

import re
from typing import Any

from fhir_mappings.measurements import number_of, unit_of
from fhir_mappings.resource import choice, concept, mapping

_WHOLE = ("1", "{ratio}", "decimal", "fraction", "ratio", "")
_CHROMOSOME = re.compile(r"(?:chr(?:omosome)?[\s_]*)?(?P<name>[1-9]|1[0-9]|2[0-2]|X|Y|MT?)", re.IGNORECASE)


def number_in(component: Any) -> tuple[float, str] | None:
    """(number, unit) of a component's only value; None for words, ranges, comparators and several values."""
    stated = choice(component, "value")
    if len(stated) != 1:
        return None
    name, raw = stated[0]
    if name == "valueQuantity":
        quantity = mapping(raw)
        number = number_of(quantity.get("value"))
        return None if number is None or quantity.get("comparator") else (number, unit_of(quantity))
    number = number_of(raw) if name in ("valueInteger", "valueDecimal") else None
    return None if number is None else (number, "")


def fraction_in(component: Any) -> float | None:
    """0 to 1, from a fraction or from per cent. More than 1 without '%' may be either, so it is none."""
    found = number_in(component)
    if found is None:
        return None
    number, unit = found
    if unit == "%":
        number, unit = number / 100, "1"
    return number if unit.lower() in _WHOLE and 0 <= number <= 1 else None


def count_in(component: Any) -> float | None:
    """A count of 0 or more: 0 copies are a result."""
    found = number_in(component)
    return found[0] if found is not None and found[0] >= 0 else None


def whole_in(component: Any) -> int | None:
    found = count_in(component)
    return int(found) if found is not None and found == int(found) else None


def range_in(component: Any) -> tuple[int | None, int | None] | None:
    """Start and end of a Range of whole numbers, or one number as its own start; None where it is neither."""
    span = mapping(mapping(component).get("valueRange"))
    if not span:
        start = whole_in(component)
        return None if start is None else (start, None)
    low, high = (number_of(mapping(span.get(end)).get("value")) for end in ("low", "high"))
    if low is None or low != int(low) or (high is not None and high != int(high)):
        return None
    return int(low), None if high is None else int(high)


def chromosome_in(component: Any) -> str:
    """'7', 'X', 'MT'; '' where its words tell none, or two."""
    said = [concept(raw) for _, raw in choice(component, "value")]
    words = [w for s in said for w in (s.text, *(c.display for c in s.codings), *(c.code for c in s.codings)) if w]
    found = {named["name"].upper().replace("MT", "M").replace("M", "MT") for w in words if (named := _CHROMOSOME.fullmatch(w))}
    return found.pop() if len(found) == 1 else ""
