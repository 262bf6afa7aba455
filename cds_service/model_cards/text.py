"""A model card for people at a terminal, from its JSON: one attribute after the other, then the recorded runs. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import Any

from cds_service.model_cards.figures import number

_WIDTH = 110
Json = Mapping[str, Any]


def listing_text(document: Json) -> str:
    rows = [(m["id"], m["label"], m["kind"], m["version"]) for m in document["models"]]
    widths = [max(len(row[i]) for row in rows) for i in range(3)] if rows else [0, 0, 0]
    return "\n".join("  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]) for row in rows)


def attributes_text(document: Json) -> str:
    """The whole card."""
    return "\n".join([*_head(document), *_attributes(document), *_published(document), *_runs(document)])


def _head(document: Json) -> Iterator[str]:
    yield f"{document['label']} ({document['id']}, {document['kind']}, digest {document['digest']}, knowledge {document['knowledge']})"
    yield _para(f"{document['source']['body']}: {document['source']['version']}. {document['source']['url']}")
    if note := document["source"].get("note"):
        yield _para(note)


def _attributes(document: Json) -> Iterator[str]:
    group = ""
    for row in document["sourceAttributes"]:
        if row["group"] != group:
            group = row["group"]
            yield f"\n{group}"
        yield f"  {row['attribute']}"
        yield _para(row["value"], 6)


def _published(document: Json) -> Iterator[str]:
    if document["published"]:
        yield "\nPublished, not measured here"
    for entry in document["published"]:
        read = "the source was read" if entry["sourceRead"] else "the source was not read here"
        yield _para(f"{entry['what']}: {entry['value']} ({entry['citation']}, {entry['url']}; {read})", 2)


def _runs(document: Json) -> Iterator[str]:
    for run in document["evaluations"]:
        yield f"\nRun {run['run']} ({run['role']}, {run['made']}, {run['data']['name']}, {run['data']['rows']:,} rows)"
        yield _para(run["command"], 2)
        yield from _figures(run)
    for report in document["local"]:
        people = f" ({report['people']:,} people)" if "people" in report else ""
        yield f"\nMeasured at {report['site']} on {report['made']}{people}"
        yield from _figures(report)


def _figures(run: Json) -> Iterator[str]:
    yield from (f"  {_figure(figure)}" for figure in run["figures"])
    for table in run["subgroups"]:
        yield f"  by {table['by']}"
        for row in table["groups"]:
            figures = row.get("notShown") or "; ".join(map(_figure, row["figures"]))
            people = f" ({row['people']:,} people)" if row.get("people") is not None else ""
            yield _para(f"{row['group']}{people}: {figures}", 4)


def _figure(figure: Json) -> str:
    interval = f" ({number(figure['low'])} to {number(figure['high'])})" if "low" in figure and "high" in figure else ""
    return f"{figure['metric']} {number(figure['value'])}{interval}"


def _para(text: str, indent: int = 0) -> str:
    margin = " " * indent
    return fill(text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False)
