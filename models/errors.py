"""The root of every error we raise on purpose, and the one error that is the fault of our own knowledge files."""

from __future__ import annotations


class PrecisionError(Exception):
    """Something that was foreseen. The message says what, where, why it matters and what to do."""


class KnowledgeError(PrecisionError):
    """A knowledge file is wrong: at start the process stops, at reload the old snapshot stays."""


class PatientMismatch(PrecisionError):
    """The data is not about the patient of this request, or about more than one: nothing of it may be used."""


class UnsupportedFhirVersion(PrecisionError):
    """Draft orders of a FHIR version whose shape this service would have to guess at."""
