"""What an EHR sent with one call, as a few facts for the audit. `doctor --inbound` makes sentences of them.

The facts are our own words, numbers, and names that somebody configured (prefetch keys, FHIR types, an audience). No id, code or value of a
patient is among them.
"""

from cds_service.inbound.call import inbound, request_facts
from cds_service.inbound.refusal import refusal_facts

__all__ = ["inbound", "refusal_facts", "request_facts"]
