"""The tree of tumour types as lines: from each type up to the widest. No patient."""

from __future__ import annotations

from collections.abc import Mapping

from models.knowledge.clinical_types import Clinical


def line(name: str, types: Mapping[str, Clinical]) -> list[str]:
    """The type itself and every wider one."""
    line = []
    while name and name not in line:
        line.append(name)
        tumour = types[name].tumour
        name = tumour.parent if tumour is not None else ""
    return line


def tumour_lines(clinical: Mapping[str, Clinical]) -> dict[str, tuple[str, ...]]:
    """OncoTree code of each type → its own and those of every wider one. Made once, it answers `is_of` without a search."""
    types = {name: known for name, known in clinical.items() if known.tumour is not None}
    code = {name: known.tumour.oncotree for name, known in types.items() if known.tumour is not None}
    return {code[name]: tuple(code[wider] for wider in line(name, types)) for name in types}
