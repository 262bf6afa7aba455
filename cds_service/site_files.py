"""Reads the two files by which a site lets its medicines be known, its own codes and its own RxNorm, and tells how much is known."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings
from fhir_mappings.resource import canonical
from models.knowledge.imported import laid_over, read_imported
from models.knowledge.site_codes import SiteCode, read_site_codes, with_site_codes
from models.knowledge.types import Drugs, Knowledge


def with_site_files(knowledge: Knowledge, settings: Settings) -> Knowledge:
    """The snapshot in which they hold; its digest is another one. Raises KnowledgeError with file and line, and SettingsError."""
    if settings.rxnorm_file:
        text = _text(settings.rxnorm_file, "rxnorm_file")
        knowledge = _changed(knowledge, with_rxnorm(knowledge.drugs, text, settings.rxnorm_file), text)
    if settings.site_codes:
        text = _text(settings.site_codes, "site_codes")
        knowledge = _changed(knowledge, with_site_codes(knowledge.drugs, site_rows(knowledge.drugs, text, settings.site_codes)), text)
    return knowledge


def with_rxnorm(drugs: Drugs, text: str, name: str) -> Drugs:
    where = Path(name).name
    return laid_over(drugs, read_imported(text.splitlines(), where), where)


def site_rows(drugs: Drugs, text: str, name: str) -> tuple[SiteCode, ...]:
    return read_site_codes(text.splitlines(), Path(name).name, drugs, canonical)


def contents(knowledge: Knowledge) -> list[str]:
    """How much is known, for `knowledge check`. Tables that wait for their first use are read here."""
    guidelines = [guideline for several in knowledge.guidelines.values() for guideline in several]
    rows, alleles = sum(len(g.rows) for g in guidelines), sum(len(gene.alleles) for gene in knowledge.genes.values())
    drugs = knowledge.drugs
    therapies = knowledge.biomarkers.rows
    labels = {row.id for row in therapies if row.level == "label"}
    items = {row.id.partition("-")[0] for row in therapies if row.level != "label"}
    carded = knowledge.models.keys() & knowledge.cards.by_model.keys()
    substances = sum(len(table) for table in drugs.coded.values())
    return [
        f"{len(knowledge.genes)} genes with {alleles} alleles, {len(guidelines)} guidelines with {rows} rows.",
        f"{len(drugs.ingredients)} ingredients, {len(drugs.products)} products, {len(drugs.ndc)} NDCs.",
        f"{len(drugs.atc)} ATC codes, {substances} of UNII and NCI Thesaurus, {sum(map(bool, drugs.names.values()))} names.",
        f"{sum(map(len, knowledge.sites.by_gene.values()))} places of variants.",
        f"{len(labels)} label rows and {len(items)} items on tumours' therapies, {len(knowledge.tumour_lines)} types of tumour.",
        f"{len(knowledge.hereditary.rules)} rules on inherited disease, {len(knowledge.hereditary.listed)} genes of ACMG's list.",
        f"{len(knowledge.models)} predictive models with {len(knowledge.evaluations)} recorded runs, {len(carded)} of them with a card.",
    ]


def summary(knowledge: Knowledge, settings: Settings, today: date) -> list[str]:
    """What `knowledge check` tells of the site's files; `knowledge` already holds them."""
    lines = []
    if settings.rxnorm_file:
        drugs = knowledge.drugs
        lines.append(f"With {Path(settings.rxnorm_file).name}: {len(drugs.ingredients)} ingredients, {len(drugs.products)} products.")
    if settings.site_codes:
        rows = site_rows(knowledge.drugs, _text(settings.site_codes, "site_codes"), settings.site_codes)
        due = [row for row in rows if row.review_by < today]
        lines.append(f"{len(rows)} codes of the site's own, {len(due)} due for review" + (f" ({due[0].owner} first)." if due else "."))
    if settings.trials:
        lines.append(f"{len(knowledge.trials)} trials, {sum(trial.recruiting for trial in knowledge.trials)} of them recruiting.")
    return lines


def _changed(knowledge: Knowledge, drugs: Drugs, text: str) -> Knowledge:
    digest = hashlib.sha256("\x1f".join([knowledge.digest, text]).encode()).hexdigest()[:12]
    return replace(knowledge, drugs=drugs, digest=digest)


def _text(name: str, setting: str) -> str:
    try:
        return Path(name).read_text("utf-8-sig")
    except (OSError, ValueError):
        raise SettingsError(f"{setting}: {Path(name).name} cannot be read as UTF-8 text; correct the file or its permissions.") from None
