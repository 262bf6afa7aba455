"""Which rights a client needs, in SMART's two grammars and in Epic's names of APIs. What is asked for follows from the inputs."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.inputs import Input

#: an order may name its medicine by reference; it is then read by its id
_BY_REFERENCE = "Medication"
#: without these Epic leaves context.draftOrders out
_UNSIGNED = ("MedicationRequest (Unsigned Order)", "ServiceRequest (Unsigned Order)")


def scopes_of(inputs: Sequence[Input], *, drafts: bool) -> dict[str, list[str]]:
    """By grammar. Instances are read, types are searched, and nothing is ever written."""
    searched = {wanted.resource_type for wanted in inputs if "?" in wanted.query}
    read = {wanted.resource_type for wanted in inputs} - searched | {_BY_REFERENCE}
    every = sorted(searched | read)
    return {
        "smart_v1": [f"patient/{of}.read" for of in every],
        "smart_v2": [f"patient/{of}.{'rs' if of in searched else 'r'}" for of in every],
        "epic": [name for of in every for name in _apis(of, of in searched)] + (list(_UNSIGNED) if drafts else []),
    }


def _apis(of: str, searched: bool) -> list[str]:
    return [f"{of}.Read (R4)", *([f"{of}.Search (R4)"] if searched else [])]
