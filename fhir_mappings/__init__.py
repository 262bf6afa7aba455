"""FHIR to values and back. The only floor where a resource is a dict. Pure: no network, no clock, no log."""
