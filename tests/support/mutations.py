"""Requests with one thing wrong: any node deleted, renamed, retyped, doubled, swapped; or another patient's resource put in.

Seeded and pure: (text, seed) gives the same mutant for ever, and says what was done to which path.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
MARK = "zz9"  #: stands in every id and name of the other patient, and in nothing of ours

_STRINGS = ("", " ", "*", "*2", "Patient/pat-1", "true", "0", "\u2028", "*3A/", "not detected", "2024-13-45", "http://", "x" * 300)
_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    3.5,
    10**18,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    {"": {}},
    {"resourceType": "Bundle"},
    [1, "a", {}],
)
_CODES = (
    "84413-4", "84414-2", "53040-2", "51963-7", "48018-6", "50956-2", "LA9633-4", "LA9634-2", "LA9657-3", "LA6576-8", "LA6577-6", "309362",
    "2670", "HGNC:2621", "HGNC:2625", "HGNC:3012", "final", "entered-in-error", "draft", "active", "stopped",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed request, and what was changed: enough to see a failure again."""

    document: Any
    told: str

    @property
    def text(self) -> str:
        return json.dumps(self.document, ensure_ascii=True)


def mutant(text: str, seed: str) -> Mutant:
    """One or two changes; in every third mutant another patient's resource is put in afterwards, and stays whole."""
    rng = random.Random(seed)
    document = json.loads(text)
    told = [_change(document, rng) for _ in range(rng.choice((1, 1, 1, 2)))]
    if rng.random() < 1 / 3:
        told.append(_splice(document, rng))
    return Mutant(document, "; ".join(told))


def nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from nodes(inner, (*path, key))


def strings(value: Any) -> Iterator[str]:
    """Every string of a document, keys left out."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def _change(document: Any, rng: random.Random) -> str:
    places = list(nodes(document))
    if not places:
        return "nothing is left"
    path = rng.choice(places)
    operator = rng.choice(_OPERATORS)
    operator(_holder(document, path), path[-1], rng, document)
    return f"{operator.__name__.strip('_')} {_spelled(path)}"


def _holder(document: Any, path: Path) -> Any:
    for key in path[:-1]:
        document = document[key]
    return document


def _spelled(path: Path) -> str:
    return "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)


# ---- what can be done to one node: its holder, its key, chance, the whole document ---------------------------------------


def _delete(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    del holder[key]


def _rename(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    if isinstance(holder, list):
        holder[key] = {"item": holder[key]}
        return
    value = holder.pop(key)
    others = [k for k in _names(document) if k != key]
    holder[rng.choice((key + "x", key.upper(), "_" + key, "", *rng.sample(others, min(4, len(others)))))] = value


def _names(value: Any) -> list[str]:
    return sorted({key for path in nodes(value) for key in path if isinstance(key, str)})


def _retype(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    value = holder[key]
    shapes = [[value], {"value": value}, {key: value}, json.dumps(value), None, True, 7, *_VALUES]
    if isinstance(value, list):
        shapes += [value[0] if value else None, {str(i): v for i, v in enumerate(value)}]
    if isinstance(value, dict):
        shapes += [list(value.values()), list(value)]
    if isinstance(value, str):
        shapes += [len(value), list(value), {"text": value}, [value, value]]
    holder[key] = copy.deepcopy(rng.choice(shapes))


def _double(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    """Once more in its list; of an object's member, a list of two, or a copy under another name."""
    value = copy.deepcopy(holder[key])
    if isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), value)
    elif rng.random() < 0.5:
        holder[key] = [value, copy.deepcopy(value)]
    else:
        holder[rng.choice(_names(document))] = value


def _swap(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    """Two nodes of any kind change places, unless one holds the other."""
    other = rng.choice(list(nodes(document)))
    there = _holder(document, other)
    mine, theirs = holder[key], there[other[-1]]
    if _within(mine, there) or _within(theirs, holder):
        return
    holder[key], there[other[-1]] = theirs, mine


def _within(value: Any, holder: Any) -> bool:
    if value is holder:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_within(v, holder) for v in inner)


def _truncate(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    value = holder[key]
    if isinstance(value, str | list) and value:
        holder[key] = value[: rng.randrange(len(value))]
    elif isinstance(value, dict):
        holder[key] = dict(list(value.items())[: rng.randrange(len(value) + 1)])


def _other_code(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    holder[key] = rng.choice(_CODES)


def _other_text(holder: Any, key: Any, rng: random.Random, document: Any) -> None:
    value = holder[key]
    if isinstance(value, str) and value:
        at = rng.randrange(len(value) + 1)
        odd = rng.choice(_STRINGS)
        holder[key] = rng.choice((odd, value[:at] + odd + value[at:], value.swapcase(), value + " ", value[::-1]))
    else:
        holder[key] = rng.choice(_STRINGS)


_OPERATORS: tuple[Callable[[Any, Any, random.Random, Any], None], ...] = (
    _delete, _rename, _retype, _retype, _double, _swap, _truncate, _other_code, _other_text,
)  # fmt: skip


# ---- another patient's resource ------------------------------------------------------------------------------------------


def _splice(document: Any, rng: random.Random) -> str:
    """Into a list of entries or of resources, as a prefetch value, in a resource's place, or among what one contains."""
    stranger = rng.choice(_STRANGERS)
    resource = copy.deepcopy(stranger)
    places = [p for p in nodes(document) if p[-1] in ("entry", "resource") or p[:-1] == ("prefetch",)]
    if not places:
        return "no place for a stranger"
    path = rng.choice(places)
    holder, key = _holder(document, path), path[-1]
    if key == "entry" and isinstance(holder[key], list):
        holder[key].insert(rng.randrange(len(holder[key]) + 1), {"fullUrl": f"urn:{MARK}", "resource": resource})
    elif key == "resource" and isinstance(holder[key], dict) and rng.random() < 0.5:
        holder[key]["contained"] = [resource]
    elif rng.random() < 0.5:
        holder[key] = resource
    else:
        holder[key] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource}]}
    return f"{stranger['resourceType']} of another patient at {_spelled(path)}"


_WHO = {"reference": f"Patient/{MARK}-patient"}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": f"{MARK} {code}"}], "text": f"{MARK} text"}


def _result(hgnc: str, gene: str, genotype: str) -> dict[str, Any]:
    loinc, studied = "http://loinc.org", {"coding": [{"system": "http://www.genenames.org/geneId", "code": hgnc, "display": gene}]}
    return {
        "resourceType": "Observation",
        "id": f"{MARK}-{gene.lower()}",
        "status": "final",
        "code": {"coding": [{"system": loinc, "code": "84413-4"}]},
        "subject": _WHO,
        "effectiveDateTime": "2026-10-09",
        "performer": [{"display": f"{MARK} laboratory"}],
        "valueCodeableConcept": {"text": genotype},
        "component": [{"code": {"coding": [{"system": loinc, "code": "48018-6"}]}, "valueCodeableConcept": studied}],
    }


_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_STRANGERS: tuple[dict[str, Any], ...] = (
    {"resourceType": "Patient", "id": f"{MARK}-patient", "birthDate": "1931-07-31", "gender": "male", "name": [{"family": f"{MARK}name"}]},
    _result("HGNC:2621", "CYP2C19", "*35/*37"),
    _result("HGNC:2625", "CYP2D6", "*56/*42"),
    _result("HGNC:2623", "CYP2C9", "*25/*33"),
    {
        "resourceType": "MedicationRequest", "id": f"{MARK}-order", "status": "active", "intent": "order", "subject": _WHO,
        "medicationCodeableConcept": _coded(_RXNORM, "2670"),
    },
    {
        "resourceType": "AllergyIntolerance", "id": f"{MARK}-allergy", "patient": _WHO, "code": _coded(_RXNORM, "613391"),
        "clinicalStatus": {"coding": [{"code": "active"}]},
    },
    {
        "resourceType": "Condition", "id": f"{MARK}-condition", "subject": _WHO, "code": _coded("http://snomed.info/sct", "230690007"),
        "clinicalStatus": {"coding": [{"code": "active"}]},
    },
)  # fmt: skip
