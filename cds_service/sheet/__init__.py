"""The integration sheet: what an EHR's team types in for one service and one client, all of it from live settings and knowledge."""

from cds_service.sheet.facts import sheet_of
from cds_service.sheet.text import markdown

__all__ = ["markdown", "sheet_of"]
