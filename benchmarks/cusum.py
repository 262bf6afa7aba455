"""How many steps the monitor's CUSUM takes to an alarm, by how far the truth has moved. `python -m benchmarks.cusum`."""

from __future__ import annotations

import random
from statistics import mean

from models.knowledge.load import load_thresholds

RUNS = 20_000
SHIFTS = (0.0, 0.5, 1.0, 1.5, 2.0)  #: standard deviations of a step


def steps(shift: float, allowance: float, limit: float, rng: random.Random) -> int:
    """To the first alarm."""
    up = down = 0.0
    taken = 0
    while max(up, down) <= limit:
        z = rng.gauss(shift, 1.0)
        up, down, taken = max(0.0, up + z - allowance), max(0.0, down - z - allowance), taken + 1
    return taken


def main() -> None:
    limits, rng = load_thresholds(), random.Random(1)
    for shift in SHIFTS:
        found = mean(steps(shift, limits.allowance, limits.cusum.high, rng) for _ in range(RUNS))
        print(f"moved by {shift:g} standard deviations of a step: an alarm after {found:.1f} steps")


if __name__ == "__main__":
    main()
