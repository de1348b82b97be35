"""Prometheus counters of one application; never the process-wide registry, so that two apps do not mix."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from agent.types import Event, EventKind, Reply

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60)


class Metrics:
    """Counts without content: no question, answer, session or address is ever a label."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "wenzhen_requests", "HTTP requests.", ("route", "status"), registry=self._registry
        )
        self._replies = Counter(
            "wenzhen_replies", "Replies by outcome.", ("outcome",), registry=self._registry
        )
        self._levels = Counter("wenzhen_levels", "Replies by urgency.", ("level",), registry=self._registry)
        self._seconds = Histogram(
            "wenzhen_reply_seconds",
            "Seconds of agent time a reply.",
            registry=self._registry,
            buckets=SECONDS,
        )

    def request(self, route: str, status: int) -> None:
        self._requests.labels(route, str(status)).inc()

    def reply(self, reply: Reply) -> None:
        self._replies.labels(reply.outcome.value).inc()
        self._levels.labels(reply.triage.level.label).inc()
        total = reply.trace.timings_ms.get("total")
        if total is not None:
            self._seconds.observe(total / 1000)

    def counted(self, events: Iterator[Event]) -> Iterator[Event]:
        """The same events; a reply among them is counted."""
        try:
            for event in events:
                if event.kind is EventKind.REPLY and event.reply is not None:
                    self.reply(event.reply)
                yield event
        finally:
            close = getattr(events, "close", None)
            if close is not None:
                close()

    def exposition(self) -> bytes:
        return generate_latest(self._registry)
