"""Does a resource conform to FHIR R4B? The one module that imports fhir.resources, and only when it is asked."""

from __future__ import annotations

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import kind


def problems(resource: Resource) -> tuple[str, ...]:
    """Every place that R4B refuses, as 'Observation.status: reason', without the value itself; () when it conforms.

    Costs about 0.4 ms a resource and a slow first import: not for the path of a request.
    """
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    name = kind(resource)
    try:
        model = get_fhir_model_class(name)
    except ValueError:
        return ("resourceType: not a resource of FHIR R4B",)
    try:
        model.model_validate(dict(resource))
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False, include_context=False)
        return tuple(f"{'.'.join([name, *(str(part) for part in e['loc'])])}: {e['type']}" for e in errors)
    return ()
