"""What a CDS service is: an id, a hook, the inputs it reads and the function that assesses a patient."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fhir_mappings.inputs import Input
from models.finding import Action, Assessment, Kind
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

DOSES = "dose-order-sign"  #: id of the service that owns the number of a dose, where the site has it


@dataclass(frozen=True, slots=True)
class Service:
    """One CDS service. `reads` gives its inputs for a knowledge snapshot, so that a new gene enters the prefetch by itself."""

    id: str
    hook: str
    title: str
    description: str
    reads: Callable[[Knowledge], tuple[Input, ...]]
    assess: Callable[[PatientProfile, Knowledge], Assessment]
    reads_drafts: bool = True  #: it needs context.draftOrders
    speaks: tuple[Action, ...] = ()  #: actions that it tells; the others wait for a later hook. (): all
    again_after: int = 0  #: days in which the same facts are not told again, in whatever encounter. 0: once in an encounter
    one_card: bool = False  #: everything it has to say stands in one card
    models: Callable[[Knowledge], Collection[str]] = lambda knowledge: ()  #: predictive models whose numbers it tells, or acts on, by id
    kind: Kind = "drug-gene"  #: of its cards, as far as it decides which reasons for passing over them are offered
    only_with: str = ""  #: the setting (true or false) without which it is not offered: a service that predicts is a site's choice
    redraws: bool = False  #: called at every change of a draft: what it leaves out vanishes from the screen, so it repeats itself

    @property
    def under_alias(self) -> bool:
        """Does it answer under a client's one id for order hooks? A hook has one answer there, so a site's choice keeps its own id."""
        return self.reads_drafts and not self.only_with
