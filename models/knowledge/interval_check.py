"""Agreement of interval tables with the models they are for. Not the files' shape, and not whether what they measured is right."""

from __future__ import annotations

from collections.abc import Iterator

from models.knowledge.source_check import source_faults
from models.knowledge.types import Knowledge


def interval_faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault found, one sentence each, naming the file."""
    preferred: dict[frozenset[str], str] = {}
    for table in knowledge.intervals.values():
        where = f"intervals/{table.id}.toml"
        yield from source_faults(table.source, where)
        for name in table.models:
            model = knowledge.models.get(name)
            if model is None or model.output.what != "dose":
                yield f"{where}: is for the model '{name}', which is no dose model in models/; correct the name"
        if table.preferred and (other := preferred.setdefault(frozenset(table.models), table.id)) != table.id:
            yield f"{where}: is preferred, and so is '{other}' for the same models; prefer one"
