"""The switches file: read strictly, refused with all that is wrong at once. What its rows decide stands in `switches`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli

from cds_service.setting_checks import SettingsError
from cds_service.switches import ANY, CAREFUL, Switch, Switches

_TEXTS = ("client", "service", "rule", "mode", "owner", "reason", "since")
_NEEDED = ("mode", "owner", "reason", "since")


def read_switches(path: str, clients: Collection[str], services: Collection[str], rules: Collection[str]) -> Switches:
    """Of the file; "" is no file. Raises SettingsError with every row that is wrong: a switch that does nothing looks like safety."""
    if not path:
        return Switches()
    name = Path(path).name
    try:
        document = tomli.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{name}: cannot be read as TOML ({error}); correct it") from None
    listed = document.get("switch", [])
    strange = sorted(set(document) - {"switch"})
    wrong = [f"{name}: '{strange[0]}' is not known; it holds [[switch]] tables alone"] if strange else []
    rows: list[Switch] = []
    for number, given in enumerate(listed if isinstance(listed, list) else [listed], 1):
        problems = list(_problems(given, clients, services, rules))
        wrong += [f"{name}: switch {number}: {problem}" for problem in problems]
        rows += [] if problems else [_switch(given)]
    wrong += [f"{name}: {problem}" for problem in _contradictions(rows)]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Switches(tuple(rows))


def _problems(given: Any, clients: Collection[str], services: Collection[str], rules: Collection[str]) -> Iterator[str]:
    if not isinstance(given, Mapping):
        yield "must be a table"
        return
    if strange := sorted(set(given) - {*_TEXTS, "users"}):
        yield f"'{strange[0]}' is not known; known are {', '.join((*_TEXTS, 'users'))}"
    yield from _unsaid(given)
    for name, known in (("client", clients), ("service", services)):
        if given.get(name, ANY) != ANY and given.get(name) not in known:
            yield f"{name} is none of {', '.join(sorted(known)) or 'those that there are'}, so the switch would do nothing"
    if given.get("rule") and given["rule"] not in rules:
        yield "rule is neither a medicine with advice nor one with a gene, such as 'clopidogrel' or 'clopidogrel–CYP2C19'"
    yield from _users(given)


def _unsaid(given: Mapping[str, Any]) -> Iterator[str]:
    for name in _NEEDED:
        if not str(given.get(name, "")).strip():
            yield f"{name} is missing: who decided it, why and since when belongs to each switch"
    if given.get("mode") not in CAREFUL:
        yield f"mode must be one of {', '.join(CAREFUL)}"


def _users(given: Mapping[str, Any]) -> Iterator[str]:
    users = given.get("users", [])
    if not isinstance(users, list) or not all(isinstance(user, str) and user for user in users):
        yield "users must be a list of texts such as 'Practitioner/abc'"
    elif bool(users) != (given.get("mode") == "pilot"):
        yield "users go with mode pilot, and a pilot needs them"


def _switch(given: Mapping[str, Any]) -> Switch:
    texts = {name: str(given[name]) for name in _TEXTS if name in given and name != "mode"}
    return Switch(mode=given["mode"], users=tuple(given.get("users", ())), **texts)


def _contradictions(rows: list[Switch]) -> Iterator[str]:
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        if (key := (row.client, row.service, row.rule)) in seen:
            yield f"two switches are for client {row.client}, service {row.service}, rule {row.rule or '(all)'}; keep one"
        seen.add(key)


def rule_names(medicines: Mapping[str, Collection[str]]) -> frozenset[str]:
    """What rows may name: each medicine, and each with one of its genes. `medicines`: name → genes."""
    return frozenset((*medicines, *(f"{name}–{gene}" for name, genes in medicines.items() for gene in genes)))
