"""Whether this machine's clock and an EHR's agree, by when its tokens were made. It reads no token and asks no time server."""

from __future__ import annotations

from collections import deque
from threading import Lock

LAST = 20  #: tokens of one client that are remembered
LEAST = 5  #: below, one odd token would be an alarm
LIMIT = 30  #: seconds; a token is refused at sixty


class Skew:
    """`offset`: seconds from when a genuine token was made until it came; a fresh one has about none."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[int]] = {}
        self._lock = Lock()

    def saw(self, client: str, offset: int) -> None:
        with self._lock:
            self._seen.setdefault(client, deque(maxlen=LAST)).append(offset)

    def doubt(self) -> str:
        """A sentence for readiness, "" while all clocks agree: of many tokens at least one is fresh."""
        with self._lock:
            best = {client: min(offsets, key=abs) for client, offsets in self._seen.items() if len(offsets) >= LEAST}
        wrong = [f"{client} by {abs(offset)} seconds" for client, offset in sorted(best.items()) if abs(offset) > LIMIT]
        return f"the clock of this machine or of these clients is wrong: {', '.join(wrong)}; compare both with NTP" if wrong else ""
