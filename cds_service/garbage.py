"""How Python looks for garbage in a process that serves: not among what lives as long as the process, and not at every step of a call."""

from __future__ import annotations

import gc

#: new objects between two looks; a call with a hundred resources makes some twenty thousand that die with it (Python's 700: a tenth slower)
EVERY = 10_000


def settle() -> None:
    """Once, when all is loaded; before the fork where there are several processes, so that none copies what it need not look at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(EVERY)
