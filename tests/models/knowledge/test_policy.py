"""A site's policy.toml: read whole, in agreement with what is shipped, and what its owner is told when that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from models.codes import Code
from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.policy_files import LONGEST_WORDING, read_policy
from models.knowledge.policy_review import due
from models.knowledge.policy_rows import advice_of, digest_of
from models.knowledge.policy_types import Policy, Rule
from models.knowledge.types import Guideline, Knowledge, Row
from tests.support.site_folder import ORDER_CODE, policy, rule

TODAY = date(2026, 11, 26)
KILLS = {"drug": "abacavir", "genes": ["HLA-B"], "when": {"HLA-B": ["*57:01 positive"]}}


def read(knowledge: Knowledge, *rules: dict[str, Any], order_codes: tuple[dict[str, Any], ...] = ()) -> Policy:
    return read_policy(policy(*rules, order_codes=order_codes), "north/policy.toml", knowledge, text="the file")


def current(knowledge: Knowledge, **members: Any) -> dict[str, Any]:
    """A rule that was written against today's rows."""
    [made] = read(knowledge, rule(**members)).rules
    return rule(**members) | {"upstream": digest_of(made, knowledge)}


def changed_row(knowledge: Knowledge, drug: str, change: Callable[[Row], Row]) -> Knowledge:
    """The shipped rows of a drug after an update of its source."""

    def update(guideline: Guideline) -> Guideline:
        return replace(guideline, rows=tuple(change(row) for row in guideline.rows)) if guideline.drug.name == drug else guideline

    files = {key: tuple(update(g) for g in several) for key, several in knowledge.guidelines.items()}
    return replace(knowledge, guidelines=MappingProxyType(files))


def test_every_member_is_read(knowledge: Knowledge) -> None:
    members = {
        "populations": ["CVI ACS PCI"],
        "wording": "Call us.",
        "formulary": ["ticagrelor"],
        "indicator": "info",
        "approved_by": ["A", "B"],
    }
    found = read(knowledge, current(knowledge, **members), order_codes=(ORDER_CODE | {"form": "tablet"},))
    [one] = found.rules
    assert (one.place, one.drug, one.body, one.genes) == ("north/policy.toml: rule[1]", Drug("clopidogrel", "32968"), "CPIC", ("CYP2C19",))
    assert (one.when, one.populations, one.action) == ({"CYP2C19": ("Poor Metabolizer",)}, ("CVI ACS PCI",), "alternative")
    assert (one.off, one.indicator, one.wording, one.formulary) == (False, "info", "Call us.", (Drug("ticagrelor", "1116632"),))
    assert one.approved
    assert (one.reviewed.owner, one.reviewed.review_by) == ("Cardiology pharmacy", date(2027, 6, 30))
    assert found.orderables == {
        "1116632": Code("urn:com.epic.cdshooks.action.code.system.preference-list-item", "77701", "ticagrelor 90 mg tablet")
    }
    assert len(found.digest) == 12
    assert due(found, knowledge, TODAY) == ()


def now(**members: Any) -> Callable[[Knowledge], list[dict[str, Any]]]:
    """A rule with one place broken, written against today's rows where it can be."""

    def rules(knowledge: Knowledge) -> list[dict[str, Any]]:
        members_now = {"wording": "Call us."} | members
        probe = {n: v for n, v in members_now.items() if n in ("drug", "body", "genes", "when", "populations", "action")}
        try:
            upstream = current(knowledge, wording="x", **probe)["upstream"]
        except KnowledgeError:
            upstream = "0" * 12
        return [rule(**({"upstream": upstream} | members_now))]

    return rules


BROKEN: dict[str, tuple[Callable[[Knowledge], list[dict[str, Any]]], str]] = {
    "an unknown member": (now(indicater="info"), r"rule\[1\]\.indicater is not a key that is read here"),
    "no owner": (now(owner=None), r"rule\[1\]\.owner is missing"),
    "no upstream": (now(upstream=None), r"rule\[1\]\.upstream is missing"),
    "an upstream that is none": (now(upstream="new"), r"rule\[1\]\.upstream must be 12 hexadecimal digits; write 000000000000"),
    "nothing decided": (now(wording=None), r"rule\[1\] decides nothing; give one of off"),
    "off and worded": (now(off=True), r"rule\[1\] turns the advice off and says how to show it"),
    "critical": (now(indicator="critical"), r"rule\[1\]\.indicator must be one of info, warning, not 'critical'"),
    "an action that is none": (now(action="stop"), r"rule\[1\]\.action must be one of alternative, "),
    "a drug that is none": (now(drug="clopidogrelol"), r"rule\[1\] names 'clopidogrelol', which is no ingredient known here"),
    "a formulary of what is none": (now(formulary=["nothing"]), r"rule\[1\] names 'nothing', which is no ingredient known here"),
    "a formulary of what no row names": (now(formulary=["warfarin"]), r"rule\[1\] lists 'warfarin', which no such advice names"),
    "a gene of other drugs": (now(genes=["CYP2D6"], when=None), r"rule\[1\] names 'CYP2D6', which no advice on clopidogrel has"),
    "a phenotype that is none": (
        now(when={"CYP2C19": ["Poor Metabolizer", "Poor metaboliser"]}),
        r"rule\[1\] names 'Poor metaboliser', which no advice",
    ),
    "a population that is none": (now(populations=["CVI ACS PCI", "ACS"]), r"rule\[1\] names 'ACS', which no advice on clopidogrel has"),
    "a long sentence": (now(wording="x" * (LONGEST_WORDING + 1)), r"rule\[1\]\.wording has 301 characters; 300 are the most"),
    "a hidden character": (now(wording="a\u202eb"), r"rule\[1\]\.wording holds characters that are not seen"),
    "what can kill, off": (now(**KILLS, wording=None, off=True), r"rule\[1\] makes quieter what can kill; name two different people"),
    "what can kill, quieter": (now(**KILLS, wording=None, indicator="warning"), r"rule\[1\] makes quieter what can kill"),
    "one person twice": (
        now(**KILLS, wording=None, off=True, approved_by=["Dr A. Meyer", "dr  a. meyer"]),
        r"rule\[1\] makes quieter what can kill",
    ),
    "two rules for one advice": (
        lambda k: [current(k, indicator="info"), current(k, off=True, action=None)],
        r"rule\[2\] decides what rule\[1\] decides already",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_fault_F18_a_broken_rule_is_refused_with_its_place(name: str, knowledge: Knowledge) -> None:
    rules, sentence = BROKEN[name]
    with pytest.raises(KnowledgeError, match=sentence):
        read(knowledge, *rules(knowledge))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ingredient": "nothing"}, r"order_code\[1\] names 'nothing'"),
        ({"system": "ours"}, r"order_code\[1\]\.system must be a URL, a urn or an OID, not 'ours'"),
        ({"code": ""}, r"order_code\[1\]\.code is empty"),
        ({"dose": "90 mg"}, r"order_code\[1\]\.dose is not a key that is read here"),
    ],
)
def test_a_broken_orderable_is_refused_with_its_place(changed: dict[str, Any], sentence: str, knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError, match=sentence):
        read(knowledge, order_codes=(ORDER_CODE | changed,))


def test_a_second_orderable_for_an_ingredient_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError, match=r"order_code\[2\] gives ticagrelor a second orderable"):
        read(knowledge, order_codes=(ORDER_CODE, ORDER_CODE | {"code": "2"}))


def test_two_people_may_make_quieter_what_can_kill(knowledge: Knowledge) -> None:
    [one] = read(knowledge, current(knowledge, **KILLS, off=True, approved_by=["A. Meyer", "B. Roth"])).rules
    assert one.approved


def test_a_rule_by_score_meets_the_ranges_of_the_file(knowledge: Knowledge) -> None:
    members = {"drug": "fluorouracil", "genes": ["DPYD"], "action": None, "wording": "x"}
    [low] = read(knowledge, rule(when={"DPYD": ["0.5"]}, **members)).rules
    [high] = read(knowledge, rule(when={"DPYD": ["2.0"]}, **members)).rules
    [both] = read(knowledge, rule(when={"DPYD": ["0.0..2.0"]}, **members)).rules
    rows = [{id(row) for _, row in advice_of(one, knowledge)} for one in (low, high, both)]
    assert rows[0] and rows[1] and not rows[0] & rows[1]
    assert rows[2] >= rows[0] | rows[1]


def test_a_rule_may_be_about_a_dosing_flow(knowledge: Knowledge) -> None:
    found = read(knowledge, rule(drug="warfarin", genes=["VKORC1"], when=None, action="dose_change", wording="x"))
    assert [name for name, _ in advice_of(found.rules[0], knowledge)] == ["dosing/warfarin"]


# ---- what its owner is told ------------------------------------------------------------------------------------------


def test_fault_F10_a_rule_stays_in_force_and_is_due_when_the_shipped_rows_change(knowledge: Knowledge) -> None:
    file = current(knowledge, wording="Call us.")
    later = changed_row(knowledge, "clopidogrel", lambda row: replace(row, classification="Optional"))
    found = read(later, file)
    assert [one.wording for one in found.rules] == ["Call us."]
    [line] = due(found, later, TODAY)
    assert line.startswith("north/policy.toml: rule[1] (clopidogrel): was written against other rows than those shipped now; it holds")
    assert f'(it says "{file["upstream"]}")' in line
    new = digest_of(found.rules[0], later)
    assert f'write upstream = "{new}"' in line
    assert due(read(later, file | {"upstream": new}), later, TODAY) == ()


def test_fault_F10_rows_that_the_rule_is_not_about_may_change(knowledge: Knowledge) -> None:
    file = current(knowledge, wording="Call us.")

    def other(row: Row) -> Row:
        return row if "Poor Metabolizer" in row.when.get("CYP2C19", ()) else replace(row, classification="Optional")

    later = changed_row(knowledge, "clopidogrel", other)
    later = changed_row(later, "codeine", lambda row: replace(row, message="x"))
    assert due(read(later, file), later, TODAY) == ()


def test_an_update_that_makes_rows_fatal_stops_no_service_and_is_told(knowledge: Knowledge) -> None:
    file = current(knowledge, indicator="info")
    later = changed_row(knowledge, "clopidogrel", lambda row: replace(row, harm="fatal"))
    lines = due(read(later, file), later, TODAY)
    assert any("may meet what can kill, which then stays critical" in line for line in lines)


def test_a_rule_that_meets_nothing_is_told(knowledge: Knowledge) -> None:
    found = read(knowledge, rule(body="DPWG", wording="x"), rule(when={"CYP2C19": ["Poor"]}, wording="x"))
    lines = due(found, knowledge, TODAY)
    assert lines[0] == "north/policy.toml: rule[1] (clopidogrel): matches no shipped advice, so it does nothing; correct or remove it"
    assert "rule[2] (clopidogrel): matches no shipped advice, so it does nothing; not found: 'Poor'" in lines[1]


def test_rows_whose_day_has_passed_are_told(knowledge: Knowledge) -> None:
    found = read(
        knowledge, current(knowledge, wording="x", review_by="2026-11-25"), order_codes=(ORDER_CODE | {"review_by": "2026-11-26"},)
    )
    [line] = due(found, knowledge, TODAY)
    assert line.endswith("rule[1] (clopidogrel): to be reviewed by 2026-11-25, which has passed; Cardiology pharmacy answers for it")
    assert len(due(found, knowledge, date(2026, 11, 27))) == 2


def test_a_new_rule_is_told_its_digest(knowledge: Knowledge) -> None:
    found = read(knowledge, rule(wording="x"))
    [line] = due(found, knowledge, TODAY)
    assert "was not yet written against shipped rows" in line
    assert digest_of(found.rules[0], knowledge) in line


def test_rules_are_values(knowledge: Knowledge) -> None:
    one = read(knowledge, rule(wording="x")).rules[0]
    assert isinstance(one, Rule)
    with pytest.raises(AttributeError):
        one.wording = "y"  # type: ignore[misc]
