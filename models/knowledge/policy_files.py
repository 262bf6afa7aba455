"""A site's policy.toml: from parsed TOML to a Policy, strictly, and in agreement with what is known. It applies nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any, get_args

from models.codes import Code
from models.finding import Action, Drug
from models.knowledge.policy_rows import advice_of, can_kill, digest_of, unmet
from models.knowledge.policy_types import OrderCode, Policy, Rule
from models.knowledge.reviewed_rows import Faults, Read, ReadRow, as_uri, plain, read_head, read_rows
from models.knowledge.shape import Table
from models.knowledge.types import Knowledge, Row

KINDS = ("rule", "order_code")
LONGEST_WORDING = 300
_DIGEST = re.compile("[0-9a-f]{12}")
_URI = re.compile(r"(?:https://|http://|urn:)[A-Za-z0-9._~:/-]+")
_STAYS = "The shipped advice would hold without it, so correct the file, or remove the rows."


def read_policy(
    values: Mapping[str, Any], where: str, knowledge: Knowledge, canonical: Callable[[str], str] = str, text: str = ""
) -> Policy:
    """`text` is the whole file, of which the digest is made. Raises KnowledgeError with every fault, each with file and row."""
    faults = Faults()
    owner = read_head(values, where, KINDS, faults)
    names = {drug.name: drug for drug in knowledge.drugs.ingredients.values()}
    read = [_rule(row, names, faults) for row in read_rows(values, where, "rule", _RULE, faults)]
    rules = tuple(rule for rule in read if rule is not None)
    for rule in rules:
        for fault in _disagreements(rule, knowledge):
            faults.add(f"{rule.place} {fault}")
    for fault in _twice(rules, knowledge):
        faults.add(fault)
    codes = _order_codes(list(read_rows(values, where, "order_code", _ORDER_CODE, faults)), names, canonical, faults)
    faults.refuse_any(_STAYS)
    return Policy(rules, MappingProxyType(codes), owner, hashlib.sha256(text.encode()).hexdigest()[:12])


def _rule(row: ReadRow, names: Mapping[str, Drug], faults: Faults) -> Rule | None:
    said, before = row.values, len(faults.found)
    drugs = [_drug(name, row, names, faults) for name in (said["drug"], *said["formulary"])]
    if not (said["off"] or said["indicator"] or said["wording"] or said["formulary"]):
        faults.add(f"{row.place} decides nothing; give one of off = true, indicator, wording, formulary")
    if said["off"] and (said["indicator"] or said["wording"] or said["formulary"]):
        faults.add(f"{row.place} turns the advice off and says how to show it; keep one of the two")
    if not _DIGEST.fullmatch(said["upstream"]):
        faults.add(f"{row.place}.upstream must be 12 hexadecimal digits; write 000000000000, and `policy check` tells the right ones")
    if len(faults.found) > before:
        return None
    first, *stocked = [drug for drug in drugs if drug is not None]
    members = {name: value for name, value in said.items() if name not in ("drug", "formulary")}
    return Rule(row.place, first, row.reviewed, **members, formulary=tuple(stocked))


def _drug(name: str, row: ReadRow, names: Mapping[str, Drug], faults: Faults) -> Drug | None:
    if name.lower() not in names:
        faults.add(f"{row.place} names '{name}', which is no ingredient known here; correct the name")
    return names.get(name.lower())


def _disagreements(rule: Rule, knowledge: Knowledge) -> list[str]:
    """What a rule asks for that its drug's advice does not have.

    A rule that was written against other rows than today's is listed for review instead: an update of the shipped rows stops no service.
    """
    if digest_of(rule, knowledge) != rule.upstream:
        return []
    advice = advice_of(rule, knowledge)
    found = [f"names '{name}', which no advice on {rule.drug.name} has; correct it" for name in unmet(rule, knowledge)]
    quiet = rule.off or rule.indicator is not None
    if quiet and can_kill(advice) and not rule.approved:
        found.append("makes quieter what can kill; name two different people in approved_by, or narrow the rule")
    named = {key for _, row in advice if isinstance(row, Row) for key in row.alternatives}
    found += [f"lists '{d.name}', which no such advice names as an alternative; remove it" for d in rule.formulary if d.key not in named]
    return found


def _twice(rules: tuple[Rule, ...], knowledge: Knowledge) -> list[str]:
    """Two rules that decide the same thing of the same advice: the louder would hold, and its reader would not know."""
    current = [rule for rule in rules if digest_of(rule, knowledge) == rule.upstream]
    about = {rule.place: {id(row) for _, row in advice_of(rule, knowledge)} for rule in current}
    found = []
    for one, other in combinations(current, 2):
        loudness = (one.off or one.indicator is not None) and (other.off or other.indicator is not None)
        if one.drug == other.drug and (loudness or (one.formulary and other.formulary)) and about[one.place] & about[other.place]:
            found.append(f"{other.place} decides what {one.place.rpartition(' ')[2]} decides already; narrow or remove one of them")
    return found


def _order_codes(rows: list[ReadRow], names: Mapping[str, Drug], canonical: Callable[[str], str], faults: Faults) -> dict[str, OrderCode]:
    found: dict[str, OrderCode] = {}
    for row in rows:
        said, drug = row.values, _drug(row.values["ingredient"], row, names, faults)
        system = canonical(as_uri(said["system"]))
        if not _URI.fullmatch(system):
            faults.add(f"{row.place}.system must be a URL, a urn or an OID, not '{said['system']}'")
        if drug is not None and drug.key in found:
            faults.add(f"{row.place} gives {drug.name} a second orderable; nothing tells which to draft, so keep one")
        if drug is not None:
            found[drug.key] = OrderCode(row.place, drug, Code(system, said["code"], said["display"]), row.reviewed, said["form"])
    return found


def _when(table: Table) -> Mapping[str, tuple[str, ...]]:
    return table.lists("when") if table.has("when") else {}


def _indicator(table: Table) -> Any:
    return table.choice("indicator", ("info", "warning")) if table.has("indicator") else None


def _action(table: Table) -> str:
    return str(table.choice("action", get_args(Action))) if table.has("action") else ""


def _names(key: str) -> Read:
    return lambda table: table.texts(key, ())


_RULE: Mapping[str, Read] = {
    "drug": plain("drug"),
    "body": plain("body", default=""),
    "genes": _names("genes"),
    "when": _when,
    "populations": _names("populations"),
    "action": _action,
    "off": lambda table: table.flag("off", False),
    "indicator": _indicator,
    "wording": plain("wording", LONGEST_WORDING, default=""),
    "formulary": _names("formulary"),
    "approved_by": _names("approved_by"),
    "upstream": plain("upstream"),
}
_ORDER_CODE: Mapping[str, Read] = {
    "ingredient": plain("ingredient"),
    "form": plain("form", 100, default=""),
    "system": plain("system", 200),
    "code": plain("code", 100),
    "display": plain("display", 100),
}
