"""The risks of an opened chart, each apart from the others: a broken one is a Gap beside the rest."""

from __future__ import annotations

from functools import partial

from models.decisions.inherited import RESTRICTED
from models.decisions.isolated import isolated
from models.decisions.passed_over import passed_over
from models.features.model_inputs import Known
from models.features.tumour_genes import variants_of_genes
from models.finding import Assessment, Checked
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile
from models.risk.assess import assess_risk
from models.risk.question import RiskQuestion

SUBJECT = "risks"


def assess_risks(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """Every risk that Knowledge has. Restricted results are left out, and told so."""
    if because := passed_over(profile, knowledge):
        return Assessment(checked=(Checked(SUBJECT, "silent", because),))
    open_ = tuple(v for v in profile.variants if not v.restricted)
    by_gene, _ = variants_of_genes(open_, knowledge.biomarkers.genes) if open_ else ({}, ())
    read: dict[str, Known | Gap] = {}
    questions = [RiskQuestion(risk, profile, knowledge, by_gene, read) for risk in knowledge.risks.values()]
    answers = [isolated(q.risk.label, partial(assess_risk, q))[0] for q in questions]
    held = (RESTRICTED,) if len(open_) < len(profile.variants) else ()
    return Assessment(
        findings=tuple(f for answer in answers for f in answer.findings),
        gaps=tuple(dict.fromkeys((*held, *(g for answer in answers for g in answer.gaps)))),
        checked=tuple(dict.fromkeys(c for answer in answers for c in answer.checked)),
    )
