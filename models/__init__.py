"""Medicine: values, knowledge and engines. No web, no FHIR, no clock, no log."""
