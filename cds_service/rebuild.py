"""Loads what may change while the service runs (knowledge, site files, clients, switches), and makes the next snapshot of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from cds_service.admit import Remember, Trust, trust_of
from cds_service.messages import agree, messages
from cds_service.metrics import Metrics
from cds_service.model_cards.local_reports import read_reports
from cds_service.model_cards.pages import ModelPages
from cds_service.service import DOSES, Service
from cds_service.settings import Settings
from cds_service.site_files import with_site_files
from cds_service.sites import Site, sites
from cds_service.state import State
from cds_service.switches import Switches
from cds_service.switches_file import read_switches, rule_names
from cds_service.trials_folder import read_trials_folder
from models.errors import KnowledgeError
from models.knowledge.load import FOLDERS, load
from models.knowledge.site import asking_first, with_calibrations, with_choices, with_doses_by, with_stated, with_terms
from models.knowledge.trial_criteria import trial_words
from models.knowledge.types import Knowledge

DIGEST = "DIGEST"  #: file in a folder of knowledge that holds the digest which it must have
_OF_KNOWLEDGE = frozenset({"knowledge", "site_codes", "rxnorm_file", "trials", "calibrations", "calibration_keys"})


def watched(settings: Settings) -> dict[str, str]:
    """What is looked at for changes: name of the setting → path."""
    names = (
        "clients",
        "switches",
        "knowledge",
        "sites",
        "site_codes",
        "rxnorm_file",
        "trials",
        "calibrations",
        "calibration_keys",
        "model_reports",
    )
    return {name: path for name in names if (path := getattr(settings, name))}


def load_knowledge(settings: Settings, shipped: Knowledge | None = None) -> Knowledge:
    """With the site's own files. `shipped`: what is loaded already, for tests. Raises KnowledgeError, SettingsError."""
    folder = Path(settings.knowledge) if settings.knowledge else None
    made_up = shipped is not None and folder is None  # by a test: its messages are not ours
    known = shipped if shipped is not None and folder is None else load(folder)
    if folder is not None:
        _as_noted(folder, known)
    if not made_up:
        agree(known, messages())
    trials = read_trials_folder(settings.trials, trial_words(known.biomarkers, known.clinical)) if settings.trials else ()
    chosen = with_choices(known, hereditary_summary=settings.hereditary_summary, trials=trials)
    dosed = with_doses_by(chosen, DOSES if settings.dose_service else "", loading=settings.dose_loading)
    stated = with_stated(with_terms(_calibrated(dosed, settings), settings.accepted_terms), {"region": settings.region})
    return with_site_files(asking_first(stated, settings.ask_first), settings)


def _calibrated(known: Knowledge, settings: Settings) -> Knowledge:
    if not settings.calibrations:
        return known
    from cds_service.population.calibrations_folder import read_calibrations  # on use: most sites have no record

    held = read_calibrations(settings.calibrations, settings.calibration_keys, known.models)
    return with_calibrations(known, {(h.record.model, h.record.formula): h.calibration for h in held if h.calibration is not None})


def exported(to: Path) -> str:
    """Copy the shipped files into an empty folder, with the digest that they must have; the digest. Raises OSError.

    The folder is what `knowledge` may name: a copy that is changed and checked beside the service takes the old one's place at once.
    """
    to.mkdir(parents=True, exist_ok=True)
    if next(to.iterdir(), None) is not None:
        raise FileExistsError(17, "is not empty, so nothing was written there", str(to))
    for folder in FOLDERS:
        (to / folder).mkdir()
        for file in (files("models.knowledge") / folder).iterdir():
            if file.name.endswith((".toml", ".tsv", ".json")):
                (to / folder / file.name).write_bytes(file.read_bytes())
    digest = load(to).digest
    (to / DIGEST).write_text(f"{digest}\n", "utf-8")
    return digest


def _as_noted(folder: Path, known: Knowledge) -> None:
    """A folder that says which digest it must have is not used with another: it was cut short, or somebody changed it."""
    noted = folder / DIGEST
    if noted.is_file() and (stated := noted.read_text("utf-8", "replace").strip()) != known.digest:
        raise KnowledgeError(
            f"{DIGEST}: the folder's files have the digest {known.digest}, not {stated[:12]!r}; copy the folder anew, "
            "or, if the change is meant, write what `knowledge check` prints"
        )


def load_trust(settings: Settings, knowledge: Knowledge, services: Mapping[str, Service], remember: Remember, metrics: Metrics) -> Trust:
    """Raises SettingsError."""
    return trust_of(settings, remember, lambda: metrics.memory_failed("jti"), _prefetch_keys(knowledge, services))


def _prefetch_keys(knowledge: Knowledge, services: Mapping[str, Service]) -> set[str]:
    return {wanted.field for service in services.values() for wanted in service.reads(knowledge)}


def load_sites(settings: Settings, knowledge: Knowledge, trust: Trust) -> Mapping[str, Site]:
    """Of every site that a client names. Raises KnowledgeError."""
    return sites((client.site for client in trust.clients.all), settings.sites, knowledge)


def load_cards(settings: Settings, knowledge: Knowledge, services: Mapping[str, Service]) -> ModelPages:
    """With the site's own reports. Raises KnowledgeError naming the one that is wrong."""
    reports = read_reports(settings.model_reports) if settings.model_reports else {}
    return ModelPages(knowledge, tuple(services.values()), reports, settings.base_url)


def load_switches(settings: Settings, knowledge: Knowledge, services: Mapping[str, Service], trust: Trust) -> Switches:
    """Raises SettingsError."""
    medicines: dict[str, set[str]] = {}
    for guideline in (g for several in knowledge.guidelines.values() for g in several):
        for name in filter(None, (guideline.drug.name, guideline.group)):
            medicines.setdefault(name, set()).update(guideline.keys or (f"{guideline.source.body} label",))
    for flow in knowledge.flows.values():
        medicines.setdefault(flow.drug.name, set()).update(flow.keys)
    return read_switches(settings.switches, {client.id for client in trust.clients.all}, set(services), rule_names(medicines))


def rebuilt(old: State, what: frozenset[str], shipped: Knowledge | None = None) -> State:
    """The snapshot in which what changed holds; everything durable stays the old one's. Raises PrecisionError where a file is wrong."""
    settings = old.settings
    knowledge = load_knowledge(settings, shipped) if what & _OF_KNOWLEDGE else old.knowledge
    trust = old.trust.again(settings, _prefetch_keys(knowledge, old.services)) if "clients" in what else old.trust
    # each only when it or what it rests on changed: the kill switch must not wait for a site's policy that is wrong
    own = load_sites(settings, knowledge, trust) if what - {"switches", "model_reports"} else old.sites
    switches = load_switches(settings, knowledge, old.services, trust) if what - {"sites", "model_reports"} else old.switches
    cards = load_cards(settings, knowledge, old.services) if what & {*_OF_KNOWLEDGE, "model_reports"} else old.cards
    return replace(old, knowledge=knowledge, sites=own, trust=trust, switches=switches, cards=cards)
