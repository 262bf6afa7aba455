"""The treatment plan of one tumour: therapies that its biomarkers speak for and against, by tier, in one finding. It orders nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from models.features.tumours import Tumour
from models.finding import Assessment, Checked, Drug, Finding, Plan, Remark, Therapy, Trial
from models.knowledge.biomarker_types import TherapyRow
from models.oncology.matches import SPEAKS_AGAINST, Match, matches, strongest_first
from models.oncology.orders import HISTOLOGY_OPEN
from models.oncology.patient import TumourPatient
from models.oncology.statements import evidence, recommendation, rests_on, tumour_type

MOST_STATEMENTS = 4  #: of one therapy
NOTHING = "no therapy of the rows known here fits the biomarkers on file"
Folded = Callable[[Tumour, Sequence[Drug]], tuple[Finding, ...]]
Trials = Callable[[Tumour], tuple[Trial, ...]]


def treatment_plans(every: Sequence[TherapyRow], patient: TumourPatient, folded: Folded, trials: Trials) -> Assessment:
    """One finding for each active tumour of which there is something to say.

    `folded` tells what the patient's own genes mean for medicines; `trials` which trials fit.
    """
    findings, checked = [], []
    found = matches(every, patient, elsewhere=True)
    for tumour in patient.tumours:
        own = strongest_first(m for m in found if m.tumour == tumour)
        plan = _plan(own, tumour, folded, trials)
        subject = f"treatment plan–{tumour.oncotree}"
        if plan.fits or plan.against or plan.withdrawn or plan.elsewhere or plan.trials:
            findings.append(_finding(tumour, plan, own))
            checked.append(Checked(subject, "fired", "its biomarkers were held against every row"))
        else:
            checked.append(Checked(subject, "silent", NOTHING))
    return Assessment(findings=tuple(findings), checked=tuple(checked))


def _plan(own: Sequence[Match], tumour: Tumour, folded: Folded, trials: Trials) -> Plan:
    here = [m for m in own if m.fit != "other"]
    held = [m for m in here if m.held.verdict]
    against = [m for m in held if m.row.direction in SPEAKS_AGAINST and len(m.row.medicines) == 1]
    stopped = {m.row.medicines[0] for m in against}
    fitting = [m for m in held if m.row.direction == "sensitivity" and _positive(m)]
    fits = [m for m in fitting if m.row.withdrawn is None and not (len(m.row.medicines) == 1 and m.row.medicines[0] in stopped)]
    elsewhere = _elsewhere(own, held, stopped)
    medicines = dict.fromkeys(d for m in fits for d in m.row.medicines)
    return Plan(
        fits=_therapies(fits, "tumour-fits"),
        against=_therapies(against, "tumour-resistance"),
        elsewhere=_therapies(elsewhere, "tumour-elsewhere"),
        withdrawn=_therapies([m for m in fitting if m.row.withdrawn is not None], "tumour-withdrawn"),
        untested=_untested(here),
        genes=folded(tumour, tuple(medicines)) if fits or against else (),
        trials=trials(tumour),
    )


def _elsewhere(own: Sequence[Match], held: Sequence[Match], stopped: set[Drug]) -> list[Match]:
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
        and m.row.withdrawn is None
        and m.row.medicines not in named
        and not stopped & set(m.row.medicines)
        and all(term.atom.kind != "marker" and not term.negated and term.atom not in excluded for term, _ in m.held.rests_on)
    ]


def _positive(match: Match) -> bool:
    """Does it rest on something that was found, and not only on what is absent?"""
    return any(not term.negated for term, _ in match.held.rests_on)


def _therapies(found: Iterable[Match], message: str) -> tuple[Therapy, ...]:
    """One for each medicine or combination; `found` is by strength, and so are they."""
    grouped: dict[tuple[Drug, ...], list[Match]] = {}
    for match in found:
        grouped.setdefault(match.row.medicines, []).append(match)
    action = "standard" if message == "tumour-fits" else "no_recommendation" if message == "tumour-elsewhere" else "alternative"
    return tuple(
        Therapy(medicines, tuple(recommendation(m, message, action) for m in several[:MOST_STATEMENTS]))  # type: ignore[arg-type]
        for medicines, several in grouped.items()
    )


def _untested(here: Sequence[Match]) -> tuple[str, ...]:
    """Biomarkers that alone stand between the patient and an approved therapy."""
    open_ = [m for m in here if m.held.verdict is None and m.row.level == "label" and m.row.withdrawn is None]
    return tuple(dict.fromkeys(term.atom.text for m in open_ for term, told in m.held.rests_on if not term.negated and not told.because))


def _finding(tumour: Tumour, plan: Plan, own: Sequence[Match]) -> Finding:
    every = [*plan.fits, *plan.against, *plan.elsewhere, *plan.withdrawn]
    said = {(r.source, r.as_of, tuple(r.parts.items())) for therapy in every for r in therapy.said}
    shown = [m for m in own if m.held.verdict and _key(m) in said]
    return Finding(
        kind="tumour-therapy",
        urgency="info",
        drug=Drug(tumour.label, ""),
        genes=rests_on(shown),
        recommendations=tuple(r for therapy in every for r in therapy.said),
        evidence=evidence(shown),
        remarks=(Remark(HISTOLOGY_OPEN, (("tumour", tumour.label),)),) if any(m.fit == "maybe" for m in shown) else (),
        tumour=tumour_type(tumour),
        plan=plan,
    )


def _key(match: Match) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    said = recommendation(match, "", "standard")
    return said.source, said.as_of, tuple(said.parts.items())
