"""From RxNorm's concepts and relations to the ingredients and the route of each code. It judges no name but a dose form's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.knowledge.drug_files import UNKNOWN, levelled
from models.knowledge.rxnorm_files import RXNORM_SAB, SNOMED_SAB, UNII_SAB, Atom
from models.knowledge.types import Product

#: kinds of concept, from what is contained to what contains; a relation leads from a later one to an earlier
KINDS = ("IN", "PIN MIN", "BN", "SCDC SCDF SCDG SCDFP SCDGP", "SCD", "SBDC SBDF SBDG SBDFP", "SBD", "GPCK", "BPCK")
RANK = {kind: rank for rank, kinds in enumerate(KINDS) for kind in kinds.split()}
COMPONENTS = frozenset({"IN", "PIN", "SCDC"})
PACKS = frozenset({"GPCK", "BPCK"})
BRAND = "BN"  #: one brand may stand on products of several kinds: its products must not be widened by it
SHORTEST = 5  #: letters of a brand's name: shorter ones are words of other things too
NAMED = frozenset({BRAND, "PIN"})
DOSE_FORMS = frozenset({"DF", "DFG"})
#: words of a dose form → route; a form that says two, or none, leaves it open
FORM_WORDS = {
    "oral": "ORAL",
    "topical": "TOPICAL",
    "ophthalmic": "OPHTHALMIC",
    "otic": "OTIC",
    "nasal": "NASAL",
    "vaginal": "VAGINAL",
    "rectal": "RECTAL",
    "transdermal": "TRANSDERMAL",
    "sublingual": "SUBLINGUAL",
    "buccal": "BUCCAL",
    **dict.fromkeys(("inhalation", "inhalant", "inhaler"), "INHALATION"),
    **dict.fromkeys(("injection", "injectable", "injector", "auto-injector", "syringe"), "INJECTION"),
}


@dataclass(slots=True)
class Graph:
    """RxNorm, as far as it tells ingredients. Filled row by row: a release has a million of them."""

    kinds: dict[str, str] = field(default_factory=dict)  #: RxCUI → kind; an id that is obsolete keeps its last one
    names: dict[str, str] = field(default_factory=dict)  #: of ingredients
    others_named: dict[str, str] = field(default_factory=dict)  #: of brands and precise ingredients
    forms: dict[str, str] = field(default_factory=dict)  #: RxCUI of a dose form → its route
    others: dict[str, dict[str, set[str]]] = field(default_factory=lambda: {SNOMED_SAB: {}, UNII_SAB: {}})  #: vocabulary → code → RxCUIs
    parts: dict[str, set[str]] = field(default_factory=dict)
    form_of: dict[str, set[str]] = field(default_factory=dict)
    _current: set[str] = field(default_factory=set)

    def add(self, atom: Atom) -> None:
        if atom.vocabulary != RXNORM_SAB:
            if not atom.obsolete:
                self.others[atom.vocabulary].setdefault(atom.code, set()).add(atom.rxcui)
            return
        if atom.kind in DOSE_FORMS:
            self.forms[atom.rxcui] = route_of_form(atom.name)
        elif atom.kind in RANK and not (atom.obsolete and atom.rxcui in self._current):
            self.kinds[atom.rxcui] = atom.kind
            if not atom.obsolete:
                self._current.add(atom.rxcui)
            if atom.kind == "IN":
                self.names[atom.rxcui] = atom.name
            elif atom.kind in NAMED:
                self.others_named[atom.rxcui] = atom.name

    def relate(self, whole: str, part: str, is_form: bool) -> None:
        """Kept where it leads from a whole to a part, by the kinds of both."""
        if is_form:
            if part in self.forms and whole in self.kinds:
                self.form_of.setdefault(whole, set()).add(part)
        elif self._contains(whole, part):
            self.parts.setdefault(whole, set()).add(part)

    def _contains(self, whole: str, part: str) -> bool:
        outer, inner = self.kinds.get(whole), self.kinds.get(part)
        return outer is not None and inner is not None and inner != BRAND and RANK[outer] > RANK[inner]

    def products(self) -> dict[str, Product]:
        """Every code but the ingredients themselves: what it contains, through all that it consists of."""
        found: dict[str, frozenset[str]] = {code: frozenset({code}) for code, kind in self.kinds.items() if kind == "IN"}
        for code in sorted((c for c in self.kinds if c not in found), key=lambda c: RANK[self.kinds[c]]):  # parts before wholes
            found[code] = self._contents(code, found)
        shared: dict[Product, Product] = {}
        return {
            code: shared.setdefault(made, made)
            for code, inside in found.items()
            if self.kinds[code] != "IN" and inside - {UNKNOWN}
            for made in [Product(tuple(sorted(inside, key=lambda i: (i == UNKNOWN, i))), self._route(code))]
        }

    def _contents(self, code: str, found: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """All that its parts contain. Where nothing is known of a part it is not complete, unless another part is all of it."""
        parts = self.parts.get(code, set())
        known = frozenset(i for part in parts for i in found[part] if i != UNKNOWN)
        complete = [part for part in parts if UNKNOWN not in found[part]]
        whole = len(complete) == len(parts) or any(self._is_all_of(part, code) for part in complete)
        return known if parts and whole else known | {UNKNOWN}

    def _is_all_of(self, part: str, code: str) -> bool:
        """A component is one of several, as is a product in a pack; a product's form without amounts has every ingredient."""
        kind = self.kinds[part]
        return kind not in COMPONENTS and not (self.kinds[code] in PACKS and kind not in PACKS)

    def _route(self, code: str) -> str:
        routes = {self.forms[form] for form in self.form_of.get(code, ())}
        return routes.pop() if len(routes) == 1 else ""

    def named(self, products: Mapping[str, Product]) -> dict[str, Product]:
        """Names of ingredients, precise ingredients and brands: to doubt a code with, and nothing else."""
        meant = {**{code: Product((code,)) for code in self.names}, **products}
        found: dict[str, set[str]] = {}
        for code, name in (*self.names.items(), *self.others_named.items()):
            words = levelled(name)
            if code in meant and UNKNOWN not in meant[code].ingredients and (len(words) >= SHORTEST or (words and code in self.names)):
                found.setdefault(words, set()).update(meant[code].ingredients)
        return {words: Product(tuple(sorted(inside))) for words, inside in found.items()}

    def coded(self, vocabulary: str, products: Mapping[str, Product]) -> dict[str, Product]:
        """Codes of another vocabulary that RxNorm files under a medicine; one that means several is left out."""
        found = {}
        for code, ids in self.others[vocabulary].items():
            meant = {p for i in ids if (p := products.get(i) or (Product((i,)) if i in self.names else None))}
            if len(meant) == 1:
                found[code] = meant.pop()
        return found


def route_of_form(name: str) -> str:
    routes = {FORM_WORDS[word] for word in name.lower().split() if word in FORM_WORDS}
    return routes.pop() if len(routes) == 1 else ""


def graph_of(atoms: Iterable[Atom], relations: Iterable[tuple[str, str, bool]]) -> Graph:
    graph = Graph()
    for atom in atoms:
        graph.add(atom)
    for whole, part, is_form in relations:
        graph.relate(whole, part, is_form)
    return graph
