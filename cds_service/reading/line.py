"""One fact of a chart: what it says, what that means here, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`said` as reported, `means` in the words of the rules ("" where it is taken as it is), `where` resource and element.

    `lost`: it was read, and no rule can use it; `means` says why.
    """

    section: str
    said: str
    means: str = ""
    where: str = ""
    when: str = ""
    lost: bool = False

    def document(self) -> dict[str, str | bool]:
        stated: dict[str, str | bool] = {
            "section": self.section,
            "said": self.said,
            "means": self.means,
            "where": self.where,
            "when": self.when,
            "lost": self.lost,
        }
        return {name: value for name, value in stated.items() if value}


def where(origin: str, element: str) -> str:
    """'Observation/1 valueCodeableConcept'; the resource alone where the element is not noted."""
    return f"{origin} {element.partition('.')[2] or element}".strip() if element else origin
