"""Files of genomic results as FHIR bundles, for research and trial use: outside the order path, and no laboratory result."""
