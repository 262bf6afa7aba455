"""Agreement of clinical names with each other: the tree of tumours has no hole and no circle. Not the files' shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.knowledge.clinical_types import Clinical


def clinical_faults(clinical: Mapping[str, Clinical]) -> Iterator[str]:
    """One sentence for each fault."""
    seen: dict[str, str] = {}
    for name, known in clinical.items():
        if known.tumour is None:
            continue
        if (first := seen.setdefault(known.tumour.oncotree, name)) != name:
            yield f"clinical/: '{name}' and '{first}' are both OncoTree's {known.tumour.oncotree}; keep one"
        line, above = [name], known.tumour.parent
        while above:
            wider = clinical.get(above)
            if wider is None or wider.tumour is None:
                yield f"clinical/: '{name}' lies below '{above}', which is no type of tumour; add it or correct the parent"
                break
            if above in line:
                yield f"clinical/: '{name}' lies below itself; correct a parent"
                break
            line.append(above)
            above = wider.tumour.parent
