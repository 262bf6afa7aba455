"""Codes and concepts as they were reported, and the canonical names of code systems. Not their meaning."""

from __future__ import annotations

from dataclasses import dataclass

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
LOINC = "http://loinc.org"
HGNC = "http://www.genenames.org"
NCBI_GENE = "https://www.ncbi.nlm.nih.gov/gene"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
UNII = "http://fdasis.nlm.nih.gov"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
V3_ROUTE = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_O = "http://terminology.hl7.org/CodeSystem/icd-o-3"  #: topography ("C34.1") and morphology ("8140/3")
ONCOTREE = "http://oncotree.mskcc.org"
OWN = "urn:precision-hooks:answers"  #: our own questions and answers, where no other body has a code


@dataclass(frozen=True, slots=True)
class Code:
    """One coding: a system (canonical URL where the system is known to us), a code, and the sender's display."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """What a CodeableConcept said: its codings in the sender's order, and its text."""

    codings: tuple[Code, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.codings or self.text)

    @property
    def label(self) -> str:
        """The sender's own words for it: the text, else the first display, else the first code, else ''."""
        return self.text or next((c.display for c in self.codings if c.display), "") or (self.codings[0].code if self.codings else "")

    def codes(self, system: str) -> tuple[str, ...]:
        """Every code of one system, in the sender's order."""
        return tuple(c.code for c in self.codings if c.system == system)
