"""How a treatment plan is worded: the summary fits, every side has its heading, and what is left out is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds_service.messages import messages
from cds_service.plan_card import plan_lines, plan_summary, settings
from cds_service.present import detail, summary
from models.decisions.opened_chart import assess_opened_chart
from models.finding import Finding, Plan
from models.knowledge.types import Knowledge
from tests.support.case_files import Case
from tests.support.tumour_cases import profile

WORDS = messages()


def plan(knowledge: Knowledge, tumour: str, *variants: str, markers: tuple[str, ...] = ()) -> tuple[Finding, Plan]:
    given = {"tumour": tumour, "variants": variants, "markers": markers}
    found = next(f for f in assess_opened_chart(profile(Case("", "", given), knowledge), knowledge).findings if f.plan is not None)
    assert found.plan is not None
    return found, found.plan


@pytest.mark.parametrize("width", [139, 80, 50])
def test_the_summary_has_the_tumour_and_as_many_names_as_fit(knowledge: Knowledge, width: int) -> None:
    finding, told = plan(knowledge, "BREAST", markers=("HER2 positive",))
    said = plan_summary(finding, told, WORDS, width)
    assert len(said) <= max(width, len("breast cancer: 99 therapies fit its biomarkers"))
    assert said.startswith("breast cancer: ")


def test_one_therapy_is_no_plural(knowledge: Knowledge) -> None:
    assert summary(plan(knowledge, "AML", "IDH2 p.R140Q")[0], WORDS) == "acute myeloid leukaemia: enasidenib fits its biomarkers"


def test_where_nothing_fits_the_summary_does_not_say_so(knowledge: Knowledge) -> None:
    finding, told = plan(knowledge, "NSCLC", "KRAS p.G12D")
    assert plan_summary(finding, told, WORDS, 139) == "non-small-cell lung cancer: what its biomarkers speak against"


def test_what_is_left_out_is_counted(knowledge: Knowledge) -> None:
    finding, told = plan(knowledge, "BREAST", markers=("HER2 positive",))
    assert len(told.fits) > 8
    assert f"- {len(told.fits) - 8} more" in "\n".join(plan_lines(told, WORDS))
    assert finding.recommendations[0].tiers[0].tier == "I-A"


def test_a_side_without_therapies_has_no_heading(knowledge: Knowledge) -> None:
    _, told = plan(knowledge, "AML", "IDH2 p.R140Q")
    text = "\n".join(plan_lines(replace(told, against=()), WORDS))
    assert "Speaks against" not in text
    assert "Fits, the strongest evidence first" in text


def test_every_statement_says_where_and_when_it_is_from(knowledge: Knowledge) -> None:
    finding, told = plan(knowledge, "NSCLC", "EGFR p.L858R", "EGFR p.T790M")
    text = detail(finding, WORDS)
    for therapy in (*told.fits[:8], *told.against[:8]):
        assert f"{therapy.said[0].source} {therapy.said[0].as_of}, AMP/ASCO/CAP" in text
    assert "What was approved or published after that is not known here." in text


def test_settings_in_words() -> None:
    assert settings("metastatic; after:platinum chemotherapy; with:endocrine therapy", WORDS) == (
        "metastatic, after platinum chemotherapy, with endocrine therapy"
    )


def test_every_setting_of_every_row_has_words(knowledge: Knowledge) -> None:
    for row in knowledge.biomarkers.rows:
        assert ":" not in settings("; ".join(row.setting), WORDS).replace("HER2:", "") if row.setting else True, row.id
