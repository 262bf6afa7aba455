"""Which recruiting trials a patient's biomarkers, tumour, age and sex fit: surely, perhaps, or not. No other criterion is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, assert_never

from models.features.age import Age
from models.features.tumours import Tumour
from models.finding import Trial
from models.knowledge.biomarker_types import Atom, Term, Told
from models.knowledge.trial_types import AgeIs, AllOf, AnyOf, BiomarkerIs, Criterion, NotRead, SexIs, TrialArm, TrialRecord, TumourIs
from models.oncology.patient import TumourPatient
from models.oncology.predicates import verdict

UNCHECKED = (
    "only the criteria on biomarkers, tumour, age and sex were held against the chart; every other criterion of the trial was not checked"
)
Verdict = Literal["matches", "may match"]
Leaf = BiomarkerIs | TumourIs | AgeIs | SexIs | NotRead
Answer = Callable[[Atom], Told]
Fits = Callable[[tuple[str, ...], tuple[str, ...]], bool | None]  #: codes, excepted codes


@dataclass(frozen=True, slots=True)
class TrialPatient:
    """What trials ask of one patient with one of the tumours on file."""

    answer: Answer
    fits: Fits
    age: Age | None
    sex: str  #: "" where it is not known


T = TypeVar("T")
_FITS: Mapping[str, bool | None] = {"same": True, "maybe": None, "other": False}


def trial_patient(patient: TumourPatient, tumour: Tumour, sex: str) -> TrialPatient:
    """A tumour of a type that is not known here may be of any type, so that "other than" is not taken as met either."""

    def fits(codes: tuple[str, ...], excepted: tuple[str, ...]) -> bool | None:
        return _FITS[patient.fit_of(tumour, codes, excepted)] if tumour.oncotree else None

    return TrialPatient(patient.answer, fits, patient.years, sex)


@dataclass(frozen=True, slots=True)
class TrialMatch:
    """A trial that no criterion read here rules out."""

    trial: TrialRecord
    verdict: Verdict
    arms: tuple[str, ...]
    met: tuple[str, ...]
    unknown: tuple[str, ...]  #: criteria of which the chart tells nothing
    found: bool  #: a biomarker that the trial asks for was found: without one, what is open is open for everybody with this tumour
    unchecked: str = UNCHECKED

    def told(self) -> Trial:
        """As the plan of a finding carries it."""
        return Trial(self.trial.id, self.trial.title, self.trial.url, self.met, self.unknown)


@dataclass(frozen=True, slots=True)
class _Held:
    verdict: bool | None
    met: tuple[Leaf, ...] = ()
    unknown: tuple[str, ...] = ()


def matching_trials(trials: Iterable[TrialRecord], patient: TrialPatient) -> tuple[TrialMatch, ...]:
    """Those that match, then those with the fewest open criteria."""
    found = [match for trial in trials if trial.recruiting and (match := _match(trial, patient))]
    return tuple(sorted(found, key=lambda m: (m.verdict != "matches", len(m.unknown), -len(m.met), m.trial.id)))


def _match(trial: TrialRecord, patient: TrialPatient) -> TrialMatch | None:
    """By the arms that fit surely, or else by the one of which a biomarker was found, with the fewest open criteria."""
    held = [(arm, _held(arm.criterion, patient)) for arm in trial.arms]
    surely = [(arm, h) for arm, h in held if h.verdict]
    if surely:
        return _told(trial, "matches", surely)
    open_ = sorted(((arm, h) for arm, h in held if h.verdict is None), key=lambda pair: (not _found(pair[1]), len(pair[1].unknown)))
    if open_:
        return _told(trial, "may match", open_)
    return None


def _told(trial: TrialRecord, verdict_: Verdict, arms: Sequence[tuple[TrialArm, _Held]]) -> TrialMatch:
    best = arms[0][1]
    return TrialMatch(
        trial,
        verdict_,
        arms=tuple(arm.name for arm, _ in arms if arm.name),
        met=tuple(text_of(leaf) for leaf in best.met),
        unknown=best.unknown,
        found=_found(best),
    )


def _found(held: _Held) -> bool:
    return any(isinstance(leaf, BiomarkerIs) and not leaf.term.negated for leaf in held.met)


def _held(criterion: Criterion, patient: TrialPatient) -> _Held:
    if isinstance(criterion, AllOf):
        return _all([_held(inner, patient) for inner in criterion.criteria])
    if isinstance(criterion, AnyOf):
        return _any([_held(inner, patient) for inner in criterion.criteria])
    holds = _answer(criterion, patient)
    return _Held(holds, (criterion,) if holds else (), (text_of(criterion),) if holds is None else ())


def _answer(criterion: Leaf, patient: TrialPatient) -> bool | None:
    match criterion:
        case BiomarkerIs(term):
            return verdict(term, patient.answer(term.atom))
        case TumourIs(codes, _, negated):
            return _unless(patient.fits(codes, ()), negated)
        case AgeIs():
            return _of_age(criterion, patient.age)
        case SexIs(sex, negated):
            return _unless(patient.sex == sex, negated) if patient.sex in ("male", "female") else None
        case NotRead():
            return None
    assert_never(criterion)


def _unless(holds: bool | None, negated: bool) -> bool | None:
    return not holds if negated and holds is not None else holds


def _of_age(asked: AgeIs, age: Age | None) -> bool | None:
    """Of "<= 75" and "> 75" the year after the 75th birthday is left open: protocols count it either way."""
    if age is None:
        return None
    at_most, low, high = asked.sign.startswith("<"), *age.years
    if high < asked.years:
        return at_most
    first = asked.years if asked.sign in (">=", "<") else asked.years + 1
    return not at_most if low >= first else None


def _all(held: Sequence[_Held]) -> _Held:
    if any(h.verdict is False for h in held):
        return _Held(False)
    unknown = _once(h.unknown for h in held)
    return _Held(None if unknown else True, _once(h.met for h in held), unknown)


def _any(held: Sequence[_Held]) -> _Held:
    met = [h for h in held if h.verdict]
    if met:
        return _Held(True, _once(h.met for h in met))
    open_ = [" and ".join(h.unknown) for h in held if h.verdict is None]
    return _Held(None, (), (" or ".join(dict.fromkeys(open_)),)) if open_ else _Held(False)


def _once(several: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for group in several for one in group))


def text_of(criterion: Leaf) -> str:
    """A criterion in words."""
    match criterion:
        case BiomarkerIs(Term(atom, negated)):
            return f"no {atom.text}" if negated else atom.text
        case TumourIs(_, label, negated):
            return f"tumour other than {label}" if negated else label
        case AgeIs(sign, years):
            return f"age {sign} {years}"
        case SexIs(sex, negated):
            return f"not {sex}" if negated else sex
        case NotRead(text):
            return text
    assert_never(criterion)
