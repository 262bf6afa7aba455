"""The treatment plan of one tumour: therapies that its biomarkers speak for and against, by tier, in one finding. It orders nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from models.features.tumours import Tumour
from models.finding import Action, Assessment, Checked, Drug, Evidence, Finding, Plan, Remark, Therapy, Trial
from models.knowledge.biomarker_types import TherapyRow
from models.oncology.matches import SPEAKS_AGAINST, Match, doubtful, is_stopped, matches, stopped, strongest_first
from models.oncology.orders import HISTOLOGY_OPEN
from models.oncology.patient import TumourPatient
from models.oncology.statements import evidence, recommendation, rests_on, tumour_type

MOST_STATEMENTS = 3  #: of one therapy
NOTHING = "no therapy of the rows known here fits the biomarkers on file"
Folded = Callable[[Tumour, Sequence[Drug]], tuple[Finding, ...]]
Trials = Callable[[Tumour], tuple[Trial, ...]]


def treatment_plans(every: Sequence[TherapyRow], patient: TumourPatient, folded: Folded, trials: Trials) -> Assessment:
    """One finding for each active tumour of which there is something to say.

    `folded` tells what the patient's own genes mean for medicines; `trials` which trials fit.
    """
    findings, checked = [], []
    every_match = matches(every, patient, elsewhere=True)
    for tumour in patient.tumours:
        own = strongest_first(m for m in every_match if m.tumour is tumour and m.held.verdict is not False)
        sides = {side: _grouped(found) for side, found in _sides(own).items()}
        plan = _plan(sides, own, tumour, folded, trials)
        subject = f"treatment plan–{tumour.oncotree}"
        if any(sides.values()) or plan.trials:
            findings.append(_finding(tumour, plan, [m for groups in sides.values() for group in groups for m in group]))
            checked.append(Checked(subject, "fired", "its biomarkers were held against every row"))
        else:
            checked.append(Checked(subject, "silent", NOTHING))
    return Assessment(findings=tuple(findings), checked=tuple(checked))


def _sides(own: Sequence[Match]) -> dict[str, list[Match]]:
    """What fits, what is in doubt, what is spoken against, approved elsewhere or withdrawn, each by strength."""
    held = [m for m in own if m.fit != "other" and m.held.verdict]
    against = [m for m in held if m.row.direction in SPEAKS_AGAINST and len(m.row.medicines) == 1]
    by = stopped(held)
    fitting = [m for m in held if m.row.direction == "sensitivity" and m.positive]
    open_ = [m for m in fitting if not m.row.withdrawn and not is_stopped(m, by)]
    unsure = [m for m in open_ if doubtful(m, held) is not None]
    fits = [m for m in open_ if m not in unsure]
    return {
        "fits": fits,
        "unsure": unsure,
        "against": against,
        "elsewhere": [] if any(m.row.level == "label" for m in fits) else _elsewhere(own, held, {drug for drug, _ in by}),
        "withdrawn": [m for m in fitting if m.row.withdrawn],
    }


def _plan(sides: Mapping[str, Sequence[Sequence[Match]]], own: Sequence[Match], tumour: Tumour, folded: Folded, trials: Trials) -> Plan:
    medicines = dict.fromkeys(drug for group in sides["fits"] for drug in group[0].row.medicines)
    return Plan(
        fits=_therapies(sides["fits"], "tumour-fits", "standard"),
        unsure=_therapies(sides["unsure"], "tumour-class", "monitor"),
        against=_therapies(sides["against"], "tumour-resistance", "alternative"),
        elsewhere=_therapies(sides["elsewhere"], "tumour-elsewhere", "no_recommendation"),
        withdrawn=_therapies(sides["withdrawn"], "tumour-withdrawn", "alternative"),
        untested=_untested([m for m in own if m.fit != "other"]),
        genes=folded(tumour, tuple(medicines)),
        trials=trials(tumour),
    )


def _elsewhere(own: Sequence[Match], held: Sequence[Match], out: set[Drug]) -> list[Match]:
    """Approved in another tumour for a variant of a gene: not where a row excludes this tumour, or speaks against the medicine in it."""
    excluded = {term.atom for m in own if m.fit == "other" and m.row.excepted for group in m.row.biomarkers for term in group}
    named = {m.row.medicines for m in held if m.row.direction == "sensitivity"}
    return [
        m
        for m in own
        if m.fit == "other"
        and m.held.verdict
        and m.row.level == "label"
        and m.row.direction == "sensitivity"
        and not m.row.withdrawn
        and m.row.medicines not in named
        and not out & set(m.row.medicines)
        and all(term.atom.kind != "marker" and not term.negated and term.atom not in excluded for term, _ in m.held.rests_on)
    ]


def _grouped(found: Iterable[Match]) -> list[list[Match]]:
    """By medicine or combination, in whatever order its medicines are named; `found` is by strength, and so are they."""
    groups: dict[frozenset[Drug], list[Match]] = {}
    for match in found:
        groups.setdefault(frozenset(match.row.medicines), []).append(match)
    return [several[:MOST_STATEMENTS] for several in groups.values()]


def _therapies(groups: Iterable[Sequence[Match]], message: str, action: Action) -> tuple[Therapy, ...]:
    return tuple(Therapy(group[0].row.medicines, tuple(recommendation(m, message, action) for m in group)) for group in groups)


def _untested(here: Sequence[Match]) -> tuple[str, ...]:
    """Biomarkers that alone stand between the patient and an approved therapy."""
    open_ = [m for m in here if m.held.verdict is None and m.row.level == "label" and not m.row.withdrawn]
    return tuple(dict.fromkeys(term.atom.text for m in open_ for term, told in m.held.rests_on if not term.negated and not told.because))


def _finding(tumour: Tumour, plan: Plan, shown: Sequence[Match]) -> Finding:
    therapies = (*plan.fits, *plan.unsure, *plan.against, *plan.elsewhere, *plan.withdrawn)
    return Finding(
        kind="tumour-therapy",
        urgency="info",
        drug=Drug(tumour.label, ""),
        genes=rests_on(shown),
        recommendations=tuple(said for therapy in therapies for said in therapy.said),
        evidence=(*evidence(shown), *(Evidence(f"trial {t.id}", "eligibility as the site gave it", t.url) for t in plan.trials)),
        remarks=(Remark(HISTOLOGY_OPEN, (("tumour", tumour.label),)),) if any(m.fit == "maybe" for m in shown) else (),
        tumour=tumour_type(tumour),
        plan=plan,
    )
