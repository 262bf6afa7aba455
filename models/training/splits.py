"""Which survey cycles a model is fitted on, chosen on and reported on: by time, never by random rows. It fits nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from models.training.refusals import TrainingRefused


@dataclass(frozen=True, slots=True)
class Split:
    """Cycles by their number. Fitted on `fit`, the choice made on `choose`, refitted on both and reported on `report`."""

    fit: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    choose: tuple[int, ...] = (7,)
    report: tuple[int, ...] = (8,)

    def __post_init__(self) -> None:
        """Raises TrainingRefused where an earlier step would see years of a later one."""
        steps = (self.fit, self.choose, self.report)
        if not all(steps):
            raise TrainingRefused("a split by time needs cycles to fit on, to choose on and to report on; name at least one for each")
        for earlier, later in pairwise(steps):
            if max(earlier) >= min(later):
                raise TrainingRefused(
                    f"cycle {max(earlier)} would be used before cycle {min(later)} is unseen; each step needs years after those before it"
                )

    @property
    def refit(self) -> tuple[int, ...]:
        return self.fit + self.choose


def of_cycles(people: pd.DataFrame, cycles: tuple[int, ...]) -> pd.DataFrame:
    """Everybody of these cycles. Raises TrainingRefused where one of them has nobody."""
    if missing := sorted(set(cycles) - set(people["cycle"])):
        raise TrainingRefused(f"the data hold nobody of survey cycle {', '.join(map(str, missing))}; give the file that has it")
    return people[people["cycle"].isin(cycles)]
