"""The words of a care plan's card: what to review, medicines by class, targets, tests that are due, food. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds_service.messages import Messages
from cds_service.words import escaped, joined, starred
from models.finding import Finding, Screened
from models.plan_values import CarePlanned, ClassPlan, DietPlan, Due, Sentence, Target

MOST_MISSING = 6  #: inputs that a card names; the rest stand in coverage
UNITS = {"mm[Hg]": "mm Hg"}  #: as people write them
GROUPS = ("starch", "protein", "vegetables", "fruit", "instead")
UNSURE = ("unread", "unclear", "not-known", "not-whole", "own-unclear")  #: reasons that say no more than "not all checked"


def care_summary(care: CarePlanned, words: Messages, width: int) -> str:
    """What is most in need of a decision: what is taken and should not be, what comes first and is not taken, what is due."""
    review = [name for one in care.classes for name in one.review]
    first = [one.label for one in care.classes if one.stance == "first" and not one.taken]
    if review:
        lead = words.text("care-summary-review", about=care.about, medicines=joined(review, words.text("and")))
    elif first:
        lead = words.text("care-summary-first", about=care.about, classes=joined(first, words.text("and")))
    elif len(care.due) == 1:
        return words.text("care-summary-due-one", about=care.about, test=care.due[0].label)
    elif care.due:
        return words.text("care-summary-due", about=care.about, count=str(len(care.due)))
    else:
        return words.text("care-summary-plan", about=care.about)
    whole = words.text("care-and-due", summary=lead, count=str(len(care.due))) if care.due else lead
    short = words.text("care-summary-plan", about=care.about)
    return next((said for said in (whole, lead) if len(said) <= width), short)


def care_lines(finding: Finding, care: CarePlanned, words: Messages) -> list[str]:
    """Paragraphs of Markdown; what is empty is left out."""
    screened = {option.drug.name: option for option in finding.options}
    lines = [said(sentence, words) for sentence in care.said]
    lines += list(_classes(care.classes, screened, words))
    if care.targets:
        lines.append(_listed("care-head-targets", [_target(target, words) for target in care.targets], words))
    if care.due:
        lines.append(_listed("care-head-due", [due_line(due, words) for due in care.due], words))
    lines += _food(care, words)
    if care.missing:
        lines.append(words.text("care-missing", inputs=joined(care.missing[:MOST_MISSING], words.text("and"))))
    return [*lines, words.text("care-limits"), words.text("care-unread")]


def said(sentence: Sentence, words: Messages) -> str:
    return words.text(sentence.message, **{name: escaped(part) for name, part in sentence.parts})


def _listed(heading: str, lines: Sequence[str], words: Messages) -> str:
    return "\n".join([words.text(heading), *(f"- {line}" for line in lines)])


def _classes(classes: Sequence[ClassPlan], screened: dict[str, Screened], words: Messages) -> Iterator[str]:
    """Under one heading each: what to review, what comes first, what may follow, what is not for this patient, what is beside glucose."""
    of_glucose = [one for one in classes if one.group == "glucose"]
    sides = {
        "care-head-review": [_review(one, words) for one in classes if one.review],
        "care-head-first": [_class(one, screened, words) for one in of_glucose if one.stance == "first"],
        "care-head-more": [_class(one, screened, words) for one in of_glucose if one.stance in ("prefer", "possible", "later")],
        "care-head-avoid": [_avoided(one, words) for one in classes if one.stance == "avoid" and not one.review],
        "care-head-beside": [_class(one, screened, words) for one in classes if one.group != "glucose" and one.stance != "avoid"],
    }
    yield from (_listed(heading, lines, words) for heading, lines in sides.items() if lines)


def _review(one: ClassPlan, words: Messages) -> str:
    """Why what is taken should be looked at: the class's reasons, or the medicine's own."""
    own = [said(why, words) for name, why in one.left_out if name in one.review]
    why = own or [said(because, words) for because in one.because]
    return words.text("care-review-line", medicines=joined(one.review, words.text("and")), why="; ".join(why))


def _avoided(one: ClassPlan, words: Messages) -> str:
    return f"{one.label}: {'; '.join(said(because, words) for because in one.because)}"


def _class(one: ClassPlan, screened: dict[str, Screened], words: Messages) -> str:
    """The class, why, its grades, and its medicines as screening left them."""
    head = words.text("care-class-taken", label=one.label, medicines=", ".join(one.taken)) if one.taken else ""
    head = head or words.text("care-class", label=one.label)
    why = "; ".join(said(because, words) for because in one.because)
    graded = one.cost and one.weight and one.hypoglycaemia
    grades = words.text("care-grades", cost=one.cost, weight=one.weight, hypoglycaemia=one.hypoglycaemia) if graded else ""
    named = ", ".join(_medicine(name, screened.get(name), words) for name in one.medicines)
    left_out = [words.text("care-left-out", medicine=name, why=said(reason, words)) for name, reason in one.left_out]
    told = ". ".join(filter(None, (why, grades, "" if one.taken else "; ".join(filter(None, (named, *left_out))))))
    return f"{head}: {told}" if told else head


def _medicine(name: str, option: Screened | None, words: Messages) -> str:
    if option is None or option.verdict == "offered":
        return name
    if option.because in UNSURE:
        return words.text("care-screen-unknown", medicine=name)
    why = words.text(f"care-screen-{option.because}", detail=starred(option.detail))
    return words.text(f"care-screen-{option.verdict}", medicine=name, why=why)


def aim(target: Target, words: Messages) -> str:
    """The target alone."""
    low, high = (f"{end:g}" if end is not None else "" for end in (target.low, target.high))
    kind = "between" if low and high else "below" if high else "none"
    return words.text(f"care-target-{kind}", label=target.label, low=low, high=high, unit=UNITS.get(target.unit, target.unit))


def _target(target: Target, words: Messages) -> str:
    """The target, why, and the patient's last value."""
    last = words.text("care-target-last", last=target.last.replace(target.unit, UNITS.get(target.unit, target.unit))) if target.last else ""
    last = f"{last} ({escaped(target.origin)})" if last and target.origin else last
    return "; ".join(filter(None, (aim(target, words), said(target.because, words), last)))


def due_line(due: Due, words: Messages) -> str:
    last = words.text("care-due-last", last=escaped(due.last)) if due.last else words.text("care-due-never")
    line = words.text("care-due-line", label=due.label, months=str(due.months), last=last)
    line = f"{line} ({escaped(due.origin)})" if due.origin else line
    return f"{line} – {said(due.because, words)}" if due.because else line


def _food(care: CarePlanned, words: Messages) -> list[str]:
    if care.no_diet is not None:
        return [words.text("care-food-none", why=said(care.no_diet, words))]
    if care.diet is None:
        return []
    diet = care.diet
    lines = [energy_line(diet, words), carbohydrate_line(diet, words)]
    if diet.lower_carbohydrate is not None:
        low, high = diet.lower_carbohydrate
        lines.append(words.text("care-food-lower", low=str(low), high=str(high)))
    lines += [said(note, words) for note in diet.notes]
    lines += _kitchen(diet, words)
    return [_listed("care-head-food", lines, words)]


def energy_line(diet: DietPlan, words: Messages) -> str:
    low, high = (f"{end:,}" for end in diet.energy)
    return words.text("care-food-energy-less" if diet.deficit else "care-food-energy", low=low, high=high)


def carbohydrate_line(diet: DietPlan, words: Messages) -> str:
    return words.text("care-food-carbohydrate", low=str(diet.carbohydrate[0]), high=str(diet.carbohydrate[1]))


def _kitchen(diet: DietPlan, words: Messages) -> list[str]:
    if not diet.culture:
        return [words.text("care-food-choices", choices=", ".join(diet.choices))]
    kind = "care-food-kitchen-means" if diet.means else "care-food-kitchen"
    lines = [words.text(kind, kitchen=diet.culture, means=diet.means, origins=escaped(", ".join(diet.origins)))]
    for group in GROUPS:
        items = [
            words.text("care-food-item", food=food.name, portion=food.portion, carbohydrate=str(food.carbohydrate))
            for food in diet.foods
            if food.group == group
        ]
        lines += [words.text("care-food-line", group=words.text(f"care-food-{group}"), foods=", ".join(items))] if items else []
    return lines
