"""Names of variants as written: which kind a text is by its own form, whatever slot it stands in. What they mean is the core's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.codes import Code, Concept

_ACCESSION = r"[A-Z]{2}_?[0-9]+(?:\.[0-9]+)?(?:[pt][0-9]+)?"
_NAME = re.compile(rf"(?:{_ACCESSION}(?:\([A-Za-z0-9-]+\))?:|[A-Za-z0-9-]+:)?(?P<kind>[cgmnp])\.\S+")
#: "NM_004333.6(BRAF):c.1799T>A (p.Val600Glu)", as ClinVar titles a variant
_TITLE = re.compile(rf"(?P<transcript>{_ACCESSION})\((?P<gene>[A-Za-z0-9-]+)\):(?P<coding>c\.\S+)(?:\s+\((?P<protein>p\.\S+)\))?")
_SAME = re.compile(r"(?:.*:)?[cgmn]\.[^=]*=")  #: a name by which nothing changes


@dataclass(slots=True)
class Names:
    """What the names of one variant are, by kind, each as written and once."""

    coding: list[str] = field(default_factory=list)
    protein: list[str] = field(default_factory=list)
    genomic: list[str] = field(default_factory=list)
    ids: list[Code] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unchanged: bool = False  #: a name says that the reference stands there

    def add(self, stated: Concept, *, identifiers: bool) -> str:
        """Take every name of a value; returns the kinds that were met ("c", "cp", "" for none).

        `identifiers`: a code that is no name is one of another system; else it is left out.
        """
        met = ""
        for coding in stated.codings:
            kinds = self._text(coding.code)
            if identifiers and not kinds and coding.code:
                self._once(self.ids, coding)
            met += kinds or self._text(coding.display)
        met += self._text(stated.text) if stated.text else ""
        if identifiers and not met and not stated.codings and stated.text:
            self._once(self.texts, stated.text)
        return "".join(dict.fromkeys(met))

    def _text(self, written: str) -> str:
        kinds = ""
        for kind, name in names_in(written):
            self.unchanged = self.unchanged or bool(_SAME.fullmatch(name))
            self._once({"c": self.coding, "n": self.coding, "p": self.protein}.get(kind, self.genomic), name)
            kinds += kind
        return kinds

    @staticmethod
    def _once(names: list[str] | list[Code], name: str | Code) -> None:
        if name not in names:
            names.append(name)  # type: ignore[arg-type]


def names_in(written: str) -> Iterator[tuple[str, str]]:
    """(kind, name) of a text that is one name, or a title of two; nothing for any other text."""
    if _NAME.fullmatch(written) and "(p." not in written:
        yield _NAME.fullmatch(written)["kind"], written  # type: ignore[index]
    elif title := _TITLE.fullmatch(written):
        yield "c", f"{title['transcript']}:{title['coding']}"
        if title["protein"]:
            yield "p", title["protein"]
