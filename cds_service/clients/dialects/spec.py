"""CDS Hooks 2.0 as it is written: nothing is changed. For every EHR of which nothing else is known."""

from __future__ import annotations

from cds_service.clients.dialect import Dialect

DIALECT = Dialect("spec", "CDS Hooks 2.0 as it is written")
