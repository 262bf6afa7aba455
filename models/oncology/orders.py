"""One medicine that is ordered, against the tumour's biomarkers: what speaks against it, and what its label asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.features.alterations import NOT_INHERITED, ORIGIN_UNSAID
from models.finding import Action, Assessment, Checked, Drug, Finding, Recommendation, Remark, Urgency
from models.knowledge.biomarker_terms import spelled
from models.knowledge.biomarker_types import TherapyRow
from models.oncology.matches import SPEAKS_AGAINST, Match, about, doubtful, is_stopped, stopped, strongest_first, superseded
from models.oncology.patient import TumourPatient
from models.oncology.statements import evidence, recommendation, rests_on, tumour_type
from models.patient import Gap

NO_TUMOUR = "no active tumour of a known type is on file, so its biomarkers were not held against the label"
CONDITIONS_UNREAD = "the problem list was not, or not all, read, so the tumour is not known"
RESULTS_UNREAD = "results of the tumour were not, or not all, read, so whether the biomarker of its label is there is not known"
NOT_FOR = "no row on this medicine is about this tumour, so nothing was looked up for it"
MOST_SAID = 4  #: statements on one side of a card; the rest says the same more weakly
MOST_ALTERNATIVES = 3
NOT_KNOWN_INHERITED = (NOT_INHERITED, ORIGIN_UNSAID)
HISTOLOGY_OPEN = "tumour-type-open"  #: remark


def assess_tumour_order(drug: Drug, own: Sequence[TherapyRow], here: Sequence[Match], patient: TumourPatient) -> Assessment:
    """The answer for one ordered medicine. `own`: the rows on it; `here`: every row that fits a tumour, whatever its predicate says."""
    subject = f"{drug.name}–tumour"
    if not patient.tumours:
        because = CONDITIONS_UNREAD if "conditions" in patient.unread else NO_TUMOUR
        asked = any(row.needs and row.medicines[0] == drug for row in own)
        return Assessment(gaps=(Gap(subject, "unavailable", because),) if asked else ())
    found = strongest_first(m for m in here if drug in m.row.medicines)
    if not found:
        return Assessment(gaps=(Gap(subject, "out_of_range", NOT_FOR),), checked=(Checked(subject, "out_of_range", NOT_FOR),))
    fitting = [m for m in found if m.row.direction == "sensitivity" and m.held.verdict and not m.row.withdrawn]
    against = _against(found, fitting, drug, patient)
    if against:
        return _spoken(_resisted(drug, against, found, here, patient), subject)
    if fitting and (shadow := _in_doubt(drug, fitting, here, patient)) is not None:
        return _spoken(shadow, subject)
    if fitting:
        names = ", ".join(dict.fromkeys(m.row.id for m in fitting))
        return Assessment(checked=(Checked(subject, "silent", f"its biomarkers fit ({names})"),))
    return _companion(drug, found, subject, here, patient)


def _against(found: Sequence[Match], fitting: Sequence[Match], drug: Drug, patient: TumourPatient) -> list[Match]:
    said = [m for m in found if m.row.direction in SPEAKS_AGAINST and m.held.verdict and about(m.row, drug.key, patient)]
    return [m for m in said if not superseded(m, fitting, drug.key, patient)]


def _resisted(drug: Drug, against: Sequence[Match], found: Sequence[Match], here: Sequence[Match], patient: TumourPatient) -> Finding:
    """Resistance, or no benefit. Where sources contradict each other on the same biomarker both are shown, and it is no warning."""
    contradicting = [m for m in found if m.held.verdict and _contradicts(m, against)]
    loud = not contradicting and any(m.row.direction == "resistance" or m.row.level != "B" for m in against)
    said = [recommendation(m, _message(m), "alternative") for m in against[:MOST_SAID]]
    said += [recommendation(m, "tumour-contradicts", "no_recommendation") for m in contradicting[:MOST_SAID]]
    shown = [*against[:MOST_SAID], *contradicting[:MOST_SAID]]
    finding = _finding(drug, shown, said, "warning" if loud else "info", here)
    partners = _names(m for m in found if m.row.level == "label" and m.row.direction == "sensitivity" and m.held.verdict)
    return replace(finding, remarks=(*finding.remarks, Remark("tumour-partners", (("combinations", partners),)))) if partners else finding


def _in_doubt(drug: Drug, fitting: Sequence[Match], here: Sequence[Match], patient: TumourPatient) -> Finding | None:
    """It fits, but what makes a like medicine fail was found too."""
    about_it = [m for m in fitting if about(m.row, drug.key, patient)] or fitting
    causes = [doubtful(m, here) for m in about_it]
    against = [m for m in causes if m is not None]
    if len(against) < len(about_it):
        return None
    said = recommendation(against[0], "tumour-class", "alternative")
    others = " and ".join(dict.fromkeys(d.name for m in against for d in m.row.medicines))
    said = replace(said, parts={**said.parts, "others": others}, derived=True)
    return _finding(drug, against[:1], [said], "info", here)


def _message(match: Match) -> str:
    return "tumour-resistance" if match.row.direction == "resistance" else "tumour-no-benefit"


def _contradicts(match: Match, against: Sequence[Match]) -> bool:
    """Does it say the opposite of the same medicines on the same biomarkers in the same tumour?"""
    if match.row.direction not in ("sensitivity", "no resistance"):
        return False
    return any(
        m.tumour == match.tumour and m.row.biomarkers == match.row.biomarkers and m.row.medicines == match.row.medicines for m in against
    )


def _companion(drug: Drug, found: Sequence[Match], subject: str, here: Sequence[Match], patient: TumourPatient) -> Assessment:
    """No row fits. Is a biomarker that its label asks for known to be absent, or not known?"""
    withdrawn = [m for m in found if m.row.withdrawn and m.held.verdict]
    if withdrawn:
        said = [recommendation(m, "tumour-withdrawn", "alternative") for m in withdrawn[:MOST_SAID]]
        return _spoken(_finding(drug, withdrawn[:MOST_SAID], said, "info", here), subject)
    needed = [m for m in found if m.row.needs and m.row.medicines[0] == drug and m.row.direction == "sensitivity"]
    if not needed:
        return Assessment(checked=(Checked(subject, "silent", "no row speaks for or against it"),))
    open_ = [m for m in needed if m.held.verdict is None]
    shown = _once(open_ or needed)[:MOST_SAID]
    if open_ and all(patient.unread_for(m.held.rests_on) for m in open_):
        return Assessment(gaps=(Gap(subject, "unavailable", RESULTS_UNREAD),), checked=(Checked(subject, "unavailable", RESULTS_UNREAD),))
    unsure = any(told.because in NOT_KNOWN_INHERITED for m in open_ for _, told in m.held.rests_on)
    message = "tumour-not-inherited" if unsure else "tumour-untested" if open_ else "tumour-absent"
    action: Action = "test" if open_ else "alternative"
    said = [recommendation(m, message, action) for m in shown]
    finding = _finding(drug, shown, said, "info" if open_ and not unsure else "warning", here)
    return _spoken(replace(finding, kind="pre-test") if open_ and not unsure else finding, subject)


def _once(found: Sequence[Match]) -> list[Match]:
    """One of those that ask for the same in the same tumour: the strongest."""
    return list({(m.tumour.origin, spelled(m.row.biomarkers)): m for m in reversed(found)}.values())[::-1]


def _finding(
    drug: Drug,
    shown: Sequence[Match],
    said: Sequence[Recommendation],
    urgency: Urgency,
    here: Sequence[Match],
) -> Finding:
    instead = _instead(drug, here) if said[0].action == "alternative" else []
    lead = said[0]
    alone = tuple(dict.fromkeys(m.row.medicines[0] for m in instead if len(m.row.medicines) == 1))[:MOST_ALTERNATIVES]
    remarks = [Remark(HISTOLOGY_OPEN, (("tumour", shown[0].tumour.label),))] if all(m.fit == "maybe" for m in shown) else []
    if together := _names(instead):
        remarks.append(Remark("tumour-combinations", (("combinations", together),)))
    return Finding(
        kind="tumour-therapy",
        urgency=urgency,
        drug=drug,
        genes=rests_on(shown),
        recommendations=(replace(lead, alternatives=alone, message=f"{lead.message}-instead") if alone else lead, *said[1:]),
        evidence=evidence([*shown, *instead[:MOST_ALTERNATIVES]]),
        remarks=tuple(remarks),
        tumour=tumour_type(shown[0].tumour),
    )


def _names(found: Iterable[Match]) -> str:
    """The combinations among them, as many as a card can hold."""
    named: dict[frozenset[Drug], str] = {}
    for match in found:
        if len(match.row.medicines) > 1:
            named.setdefault(frozenset(match.row.medicines), " with ".join(d.name for d in match.row.medicines))
    return "; ".join([*named.values()][:MOST_ALTERNATIVES])


def _instead(drug: Drug, here: Sequence[Match]) -> list[Match]:
    """Approved therapies whose biomarkers this patient has, in the same tumour, without the ordered medicine."""
    by = stopped(here)
    fitting = (m for m in here if m.row.level == "label" and m.row.direction == "sensitivity" and m.held.verdict and m.positive)
    left = (m for m in fitting if not m.row.withdrawn and drug not in m.row.medicines and not is_stopped(m, by))
    return [m for m in strongest_first(left) if doubtful(m, here) is None]


def _spoken(finding: Finding, subject: str) -> Assessment:
    return Assessment(findings=(finding,), checked=(Checked(subject, "fired", finding.recommendations[0].message),))
