"""The sheet as Markdown, for people who type it into an EHR: queries stand alone, so that they can be copied. It knows no setting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def markdown(sheet: Mapping[str, Any]) -> str:
    return "\n".join(_lines(sheet)) + "\n"


def _lines(sheet: Mapping[str, Any]) -> Iterator[str]:
    service = sheet["service"]
    yield from (f"# {service['title']}: integration sheet for {sheet['client']}", "", service["description"], "")
    yield from _table({"Hook": service["hook"], "Service id": service["id"], **_named(sheet["addresses"])})
    yield from ("", "## Prefetch", "")
    for key in sheet["prefetch"]:
        needed = "required" if key["required"] else "optional"
        yield from (f"`{key['key']}` ({key['type']}, {needed})", "", "```", key["query"], "```", "")
    yield from ("What is not prefetched is read with fhirServer and fhirAuthorization" + _servers(sheet["fhir_servers"]), "")
    yield from ("## Scopes", "")
    for name, called in (("smart_v1", "SMART v1"), ("smart_v2", "SMART v2"), ("epic", "Epic APIs")):
        yield f"- {called}: {', '.join(sheet['scopes'][name])}"
    yield from ("", "Epic's names may carry a part in parentheses (Labs, Genomics, Problems): take each that returns these resources.", "")
    yield from ("## Token", "")
    yield from _table(sheet["token"]) if sheet["token"] else ["No token is asked for: the service has no clients file."]
    yield from ("", "## Cards", "")
    yield from _table({"Topic system": sheet["topic"]["system"], "Topic code": sheet["topic"]["code"]})
    yield from ("", "| override reason | code | system |", "|---|---|---|")
    yield from (f"| {reason['display']} | `{reason['code']}` | `{reason['system']}` |" for reason in sheet["override_reasons"])
    yield from ("", "Hosts of links to allow:", "", *_bullets(sheet["link_hosts"]))
    yield from ("", "## Limits", "", *_table(sheet["limits"]))
    if sheet["dialect"]["notes"]:
        yield from ("", f"## Notes for {sheet['dialect']['name']}", "", *_bullets(sheet["dialect"]["notes"]))
    taken = "orders of" if "order" in service["hook"] else "patients who take"
    yield from ("", "## Medicines with advice", "", f"Limit the call to {taken} these ingredients, in any product.", "")
    if sheet["also_at"]:
        yield from (f"Call at drafts of these requests too: {', '.join(sheet['also_at'])}.", "")
    yield from ("| ingredient | RxNorm |", "|---|---|")
    yield from (f"| {drug['name']} | {drug['rxnorm'] or '–'} |" for drug in sheet["medicines"])
    yield from ("", f"Knowledge {sheet['knowledge']}.")


def _servers(servers: Iterable[str]) -> str:
    listed = list(servers)
    return f" of {', '.join(listed)}." if listed else ". No FHIR server is listed for this client, so none is read."


def _named(addresses: Mapping[str, str]) -> dict[str, str]:
    return {name.capitalize(): f"`{url}`" for name, url in addresses.items()}


def _table(rows: Mapping[str, Any]) -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    yield from (f"| {name.replace('_', ' ')} | {_cell(value)} |" for name, value in rows.items())


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        value = [f"{name}: {inner}" for name, inner in value.items()]
    text = ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
    return text.replace("|", "\\|")


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    return (f"- {line}" for line in lines)
