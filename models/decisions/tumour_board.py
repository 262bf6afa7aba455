"""The oncology engine over a patient's chart: its answer for each ordered medicine, and the treatment plan of each tumour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from models.codes import RXNORM, Code, Concept
from models.decisions.isolated import isolated
from models.features.age import age
from models.features.alterations import told as told_of_gene
from models.features.ingredients import ingredients
from models.features.tumour_fit import TumourTree, fit
from models.features.tumour_genes import ByGene, variants_of_genes
from models.features.tumour_markers import told as told_of_marker
from models.features.tumours import Tumour, tumours
from models.finding import Assessment, Drug, Finding, Trial
from models.knowledge.biomarker_types import UNTESTED, Atom, Told
from models.knowledge.types import Knowledge
from models.oncology.matches import matches
from models.oncology.orders import assess_tumour_order
from models.oncology.patient import TumourPatient
from models.oncology.plan import treatment_plans
from models.oncology.trials import matching_trials, trial_patient
from models.patient import Gap, Medication, Order, PatientProfile

RESTS_ON = frozenset({"conditions", "variants", "markers"})
UNREAD = "not, or not all, read, so what a treatment plan rests on may be incomplete"
Assess = Callable[[PatientProfile, Knowledge], Assessment]


def tumour_patient(profile: PatientProfile, knowledge: Knowledge) -> tuple[TumourPatient, tuple[Gap, ...]]:
    """The patient as the engine asks for it, and what could not be told of tumours and variants."""
    known = knowledge.biomarkers
    found, gaps = tumours(profile, knowledge, unnamed=True)
    by_gene, more = variants_of_genes(profile.variants, known.genes)
    tree = TumourTree(knowledge.tumour_lines, known.blood)
    active = tuple(t for t in found if t.state == "active")
    patient = TumourPatient(
        tumours=active,
        ask=partial(_ask, by_gene=by_gene, of=active, profile=profile, knowledge=knowledge),
        fit_of=lambda tumour, codes, excepted: fit(tumour, codes, excepted, tree),
        years=age(profile.birth_date, profile.as_of),
        given=_given(profile, knowledge),
        unread=profile.unread & RESTS_ON,
    )
    return patient, (*gaps, *more)


def _ask(atom: Atom, *, by_gene: ByGene, of: Sequence[Tumour], profile: PatientProfile, knowledge: Knowledge) -> Told:
    """What results tell; where there is none, what the diagnosis itself states."""
    told = _by_results(atom, by_gene, profile, knowledge)
    if told.verdict is None and (stated := [t.origin for t in of if atom.text in knowledge.biomarkers.implied.get(t.oncotree, ())]):
        return Told(True, tuple(stated))
    return told


def _by_results(atom: Atom, by_gene: ByGene, profile: PatientProfile, knowledge: Knowledge) -> Told:
    if atom.kind == "marker":
        known = knowledge.biomarkers.markers
        return told_of_marker(atom, profile.markers, known, knowledge.clinical) if known is not None else UNTESTED
    return told_of_gene(atom, by_gene.get(atom.gene, ()), knowledge.biomarkers)


def _given(profile: PatientProfile, knowledge: Knowledge) -> frozenset[str]:
    """What is ordered in any draft, and what is taken."""
    sources: tuple[Order | Medication, ...] = (*profile.orders, *(m for m in profile.medications if m.active))
    return frozenset(drug.key for source in sources for drug, _ in ingredients(source, knowledge.drugs).drugs)


def held_against_tumours(
    ordered: Sequence[Drug], profile: PatientProfile, knowledge: Knowledge
) -> tuple[list[Assessment], list[Exception]]:
    """An answer for each ordered medicine that rows speak of, and the faults of rules that broke: each is a Gap of its medicine."""
    known = knowledge.biomarkers
    asked = [drug for drug in ordered if drug.key in known.by_medicine]
    if not asked:
        return [], []
    patient, gaps = tumour_patient(profile, knowledge)
    here = matches(known.rows, patient)
    told = [isolated(drug.name, partial(assess_tumour_order, drug, known.by_medicine[drug.key], here, patient)) for drug in asked]
    return [Assessment(gaps=gaps), *(answer for answer, _ in told)], [fault for _, faults in told for fault in faults]


def tumour_plans(profile: PatientProfile, knowledge: Knowledge, assess: Assess) -> Assessment:
    """The treatment plan of each active tumour. `assess` answers a profile's orders, for what the patient's own genes mean."""
    if not knowledge.biomarkers.rows:
        return Assessment()
    patient, gaps = tumour_patient(profile, knowledge)
    if not patient.tumours:
        return Assessment()
    folded = partial(_folded, profile=profile, knowledge=knowledge, assess=assess)
    trials = partial(_trials, patient=patient, profile=profile, knowledge=knowledge)
    gaps = (*gaps, *(Gap(name, "unavailable", UNREAD) for name in sorted(patient.unread - {"conditions"})))
    found = treatment_plans(knowledge.biomarkers.rows, patient, folded, trials)
    return replace(found, gaps=(*gaps, *found.gaps))


def _trials(tumour: Tumour, *, patient: TumourPatient, profile: PatientProfile, knowledge: Knowledge) -> tuple[Trial, ...]:
    """Those that match, and of those that may match the ones of which a biomarker was found: others are open for everybody."""
    found = matching_trials(knowledge.trials, trial_patient(patient, tumour, profile.sex))
    return tuple(match.told() for match in found if match.verdict == "matches" or match.found)


def _folded(
    tumour: Tumour, medicines: Sequence[Drug], *, profile: PatientProfile, knowledge: Knowledge, assess: Assess
) -> tuple[Finding, ...]:
    """What the patient's genes mean for the plan's medicines, and for those that are usual in this tumour whatever its biomarkers."""
    usual = knowledge.biomarkers.usual.get(tumour.oncotree, ())
    wanted = [drug for drug in dict.fromkeys((*medicines, *usual)) if drug.key in knowledge.guidelines]
    if not wanted:
        return ()
    orders = tuple(Order("", Concept((Code(RXNORM, drug.key),))) for drug in wanted)
    # what the tumour's own rows say of them stands in the plan already, and must not be merged with what the genes say
    of_genes = replace(knowledge, biomarkers=replace(knowledge.biomarkers, by_medicine={}))
    return assess(replace(profile, orders=orders, requests=()), of_genes).findings
