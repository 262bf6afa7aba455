"""The components of one variant by what they stand for, and what of them is not understood. It knows no state and no names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import choice, concept, concept_codes, mappings, origin, text
from fhir_mappings.variant_table import variant_table
from models.codes import Concept
from models.patient import Gap

V = TypeVar("V")


class Parts:
    """Components of one Observation by role, each with its path, and the gaps found so far."""

    __slots__ = ("_by_role", "gaps", "origin")

    def __init__(self, where: str) -> None:
        self.origin = where
        self.gaps: list[Gap] = []
        self._by_role: dict[str, list[tuple[str, Resource]]] = {}

    def add(self, role: str, path: str, component: Resource) -> None:
        self._by_role.setdefault(role, []).append((path, component))

    def tell(self, because: str, *, conflict: bool = False) -> None:
        self.gaps.append(Gap("genetic variant", "conflict" if conflict else "not_understood", because, self.origin))

    def of(self, role: str) -> Sequence[tuple[str, Resource]]:
        return self._by_role.get(role, ())

    def concepts(self, role: str) -> tuple[Concept, ...]:
        if role not in self._by_role:
            return ()
        return tuple(dict.fromkeys(c for _, component in self.of(role) for c in values_of(component) if c))

    def label(self, role: str) -> str:
        """The only code or text of a role: an accession, bases."""
        said = {c.codings[0].code if c.codings and c.codings[0].code else c.label for c in self.concepts(role)}
        return text(said.pop()) if len(said) == 1 else ""

    def answer(self, role: str, table: Mapping[str, V]) -> V | None:
        """What the coded answers of a role mean; None where there is none. Another answer, or two, is told."""
        found: set[V] = set()
        for path, component in self.of(role):
            known = {table[c.code] for said in values_of(component) for c in said.codings if c.code in table}
            if not known:
                self.tell(f"{path}.value is no answer that is known for it")
            found |= known
        return self._only(found, role)

    def number(self, role: str, read: Callable[[Resource], V | None]) -> V | None:
        """The one number of a role; several that differ, or one whose scale is not said, are told and not used."""
        found: set[V] = set()
        for path, component in self.of(role):
            number = read(component)
            if number is None:
                self.tell(f"{path}.value is no number whose scale is known")
            else:
                found.add(number)
        return self._only(found, role)

    def _only(self, found: set[V], role: str) -> V | None:
        if len(found) > 1:
            self.tell(f"the components for {role.replace('_', ' ')} contradict each other", conflict=True)
        return found.pop() if len(found) == 1 else None


def parts_of(resource: Resource) -> Parts:
    """A component whose code is not known is told: it may qualify the rest."""
    roles, found = variant_table().roles, Parts(origin(resource))
    for index, component in enumerate(mappings(resource.get("component"))):
        path = f"Observation.component[{index}]"
        known = {roles[code] for _, code in concept_codes(component.get("code")) if code in roles}
        if len(known) == 1:
            found.add(known.pop(), path, component)
        else:
            found.tell(f"{path}.code is {'none that is read here' if not known else 'that of several things'}", conflict=bool(known))
    return found


def values_of(component: Resource) -> list[Concept]:
    return [concept(raw) for _, raw in choice(component, "value") if isinstance(raw, str | dict)]
