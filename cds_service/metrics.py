"""What is counted and timed, in a registry of its own for each app. No label ever holds anything of a patient."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.values import ValueClass

from models.finding import Finding
from models.patient import Gap

CONTENT_TYPE = CONTENT_TYPE_LATEST
_LATEST: Final = "mostrecent"  #: of several processes the one that set it last
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.0, 2.0, 5.0)


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("precision_hooks_requests", "Answers by service and status", ["service", "status"], registry=self.registry)
        self._seconds = Histogram(
            "precision_hooks_request_seconds", "Time to answer", ["service"], buckets=_SECONDS, registry=self.registry
        )
        self._cards = Counter("precision_hooks_cards", "Cards by indicator", ["service", "indicator"], registry=self.registry)
        self._gaps = Counter("precision_hooks_gaps", "What could not be checked, by reason", ["service", "reason"], registry=self.registry)
        self._foreign = Counter(
            "precision_hooks_foreign_resources", "Resources of another patient that were dropped", ["service"], registry=self.registry
        )
        self._next = Counter(
            "precision_hooks_refused_next_links", "Next pages on another server, not followed (security event)", registry=self.registry
        )
        self._feedback = Counter(
            "precision_hooks_feedback", "Feedback items by what became of them", ["service", "fate"], registry=self.registry
        )
        self._about_cards()
        self._about_operation()

    def _about_cards(self) -> None:
        self._overrides = Counter("precision_hooks_overrides", "Overridden cards by reason", ["service", "reason"], registry=self.registry)
        self._withheld = Counter(
            "precision_hooks_withheld",
            "Advice that was not shown, by why; one for each gene of a drug",
            ["service", "why"],
            registry=self.registry,
        )
        self._memory = Counter(
            "precision_hooks_memory_failures", "Calls that were answered without memory of earlier cards", ["step"], registry=self.registry
        )

    def _about_operation(self) -> None:
        self._digest = ""
        self._knowledge = Gauge(
            "precision_hooks_knowledge_info",
            "1 for the knowledge in force",
            ["digest"],
            registry=self.registry,
            multiprocess_mode=_LATEST,
        )
        self._newest = Gauge(
            "precision_hooks_knowledge_newest_source",
            "When its newest source was read, in seconds since 1970",
            registry=self.registry,
            multiprocess_mode=_LATEST,
        )
        self._keys_end = Gauge(
            "precision_hooks_key_set_certificate_end",
            "When the certificate of a client's key set ends, in seconds since 1970: an alarm belongs 30 days before",
            ["client"],
            registry=self.registry,
            multiprocess_mode=_LATEST,
        )
        self._reloads = Counter("precision_hooks_reloads", "Changed files that were loaded or refused", ["fate"], registry=self.registry)
        self._journal = Counter(
            "precision_hooks_journal",
            "Records of audit, feedback and memory by what became of them; lost ones are an alarm",
            ["fate"],
            registry=self.registry,
        )
        self._unmapped = Counter(
            "precision_hooks_unmapped_codes", "Codes of medicines that no table knows, by code system", ["system"], registry=self.registry
        )

        self._shed = Counter("precision_hooks_shed", "Calls that were turned away, since too many were under way", registry=self.registry)
        self._limited = Counter(
            "precision_hooks_rate_limited",
            "Answers of 429: calls, feedback, or failed authentications of one address",
            ["what"],
            registry=self.registry,
        )
        self._refusals = Counter(
            "precision_hooks_refused_callers", "Calls that could not be authenticated, by reason", ["reason"], registry=self.registry
        )
        self._lines = Counter("precision_hooks_log_lines_dropped", "Lines that the log could not take in time", registry=self.registry)

    def in_force(self, digest: str, newest: str) -> None:
        """The knowledge by which calls are answered from now on. `newest`: ISO date of its newest source, "" where there is none."""
        if self._digest and self._digest != digest:
            self._knowledge.labels(self._digest).set(0)  # several processes cannot take a label away
        self._digest = digest
        self._knowledge.labels(digest).set(1)
        if newest:
            self._newest.set(datetime.fromisoformat(newest).replace(tzinfo=UTC).timestamp())

    def certificate_ends(self, client: str, moment: datetime) -> None:
        """After it no key of this client can be fetched any more."""
        self._keys_end.labels(client).set(moment.timestamp())

    def reloaded(self, fate: str) -> None:
        """`fate`: loaded · refused."""
        self._reloads.labels(fate).inc()

    def journalled(self, fate: str, count: int) -> None:
        """`fate`: stored · spooled · replayed · torn · aside · lost."""
        self._journal.labels(fate).inc(count)

    def shed(self) -> None:
        self._shed.inc()

    def limited(self, what: str) -> None:
        """`what`: call · feedback · failure."""
        self._limited.labels(what).inc()

    def not_admitted(self, reason: str) -> None:
        """`reason`: one of our own words."""
        self._refusals.labels(reason).inc()

    def log_line_dropped(self) -> None:
        self._lines.inc()

    def unmapped(self, system: str, count: int) -> None:
        """`system`: one of our own short words, so that a sender cannot make labels."""
        self._unmapped.labels(system).inc(count)

    def answered(self, service: str, status: int, seconds: float) -> None:
        self._requests.labels(service, str(status)).inc()
        self._seconds.labels(service).observe(seconds)

    def assessed(self, service: str, findings: Iterable[Finding], gaps: Iterable[Gap], foreign: int) -> None:
        for finding in findings:
            self._cards.labels(service, finding.urgency).inc()
        self._foreign.labels(service).inc(foreign)
        for gap in gaps:
            self._gaps.labels(service, gap.reason).inc()

    def next_refused(self) -> None:
        self._next.inc()

    def feedback(self, service: str, fate: str, count: int) -> None:
        self._feedback.labels(service, fate).inc(count)

    def overridden(self, service: str, reasons: Iterable[str]) -> None:
        """`reasons`: of our own words, "other", or "" for none."""
        for reason in reasons:
            self._overrides.labels(service, reason or "none").inc()

    def withheld(self, service: str, whys: Iterable[str]) -> None:
        for why in whys:
            self._withheld.labels(service, why).inc()

    def memory_failed(self, step: str) -> None:
        self._memory.labels(step).inc()

    def text(self) -> bytes:
        """Of all processes, where there are several."""
        if not ValueClass._multiprocess:
            return generate_latest(self.registry)
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
