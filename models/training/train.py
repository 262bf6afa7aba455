"""The whole training of one model, from people to formulas: choice, refit, export, bands. It reads no file and writes none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.knowledge.model_types import Formula
from models.training.asked import Asked
from models.training.bands import bands
from models.training.choice import Tried, chosen, trials
from models.training.export import formula
from models.training.fit import complete, fitted, risk
from models.training.scoring import risks_of
from models.training.splits import Split, of_cycles


@dataclass(frozen=True, slots=True)
class Trained:
    """One formula and how it came about."""

    asked: Asked
    formula: Formula
    tried: tuple[Tried, ...]
    choice: Tried
    fitted_on: int  #: people, all of them complete
    events: int
    incomplete: int  #: of the same years, not used: an input was missing or outside its range
    export_error: float  #: the greatest difference of a probability between the formula and scikit-learn, over everybody


def train(people: pd.DataFrame, split: Split, wanted: Iterable[Asked]) -> tuple[Trained, ...]:
    return tuple(trained(asked, people, split) for asked in wanted)


def trained(asked: Asked, people: pd.DataFrame, split: Split) -> Trained:
    """Chosen on `split.choose`, refitted on what came before `split.report`; those years give the bands and change nothing else."""
    tried = trials(asked, people, split)
    choice = chosen(tried)
    everybody = of_cycles(people, split.refit)
    used = complete(everybody, asked)
    model = fitted(asked, used, choice.settings)
    exported = formula(asked, model)
    unseen = complete(of_cycles(people, split.report), asked)
    everyone = pd.concat([used, unseen])
    return Trained(
        asked=asked,
        formula=replace(exported, bands=bands(unseen["outcome"].to_numpy(np.float64), risks_of(exported, unseen))),
        tried=tried,
        choice=choice,
        fitted_on=len(used),
        events=int(used["outcome"].sum()),
        incomplete=len(everybody) - len(used),
        export_error=float(np.abs(risks_of(exported, everyone) - risk(model, asked, everyone)).max()),
    )
