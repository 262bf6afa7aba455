"""Oracle Health (Cerner), as its draft of 2021 describes it: a narrow sidebar, patient-view alone. Not checked against its system."""

from __future__ import annotations

from cds_service.clients.dialect import Dialect

DIALECT = Dialect(
    "oracle",
    "Oracle Health: a sidebar of an eighth of the screen, so short summaries; links that are not registered are removed",
    summary_width=80,
    app_context=False,
    system_actions=False,
)
