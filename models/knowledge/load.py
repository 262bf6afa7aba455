"""Read every knowledge file once, check it, and hold it as one immutable snapshot. The only file reader of `models`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

import tomli

from models.errors import KnowledgeError
from models.knowledge.biomarker_files import read_biomarkers
from models.knowledge.card_files import read_cards
from models.knowledge.careplan_files import read_careplans
from models.knowledge.chart_evidence_files import read_chart_evidence
from models.knowledge.check import check
from models.knowledge.clinical_files import read_clinical
from models.knowledge.cohort_files import read_cohort
from models.knowledge.cohort_types import CohortDefinition
from models.knowledge.definition_files import TABLES as DEFINITION_TABLES
from models.knowledge.definition_files import read_definitions
from models.knowledge.definition_types import Definitions
from models.knowledge.dosing_files import read_flow
from models.knowledge.drug_files import TABLES, read_drugs
from models.knowledge.evaluation_files import read_evaluations
from models.knowledge.evidence_types import ChartEvidence
from models.knowledge.gene_files import read_gene
from models.knowledge.guideline_files import read_guideline
from models.knowledge.hereditary_files import read_hereditary
from models.knowledge.input_files import read_inputs, read_relatives
from models.knowledge.interval_files import read_intervals
from models.knowledge.model_files import read_models
from models.knowledge.model_types import InputSource, Relatives
from models.knowledge.modulator_files import read_modulators
from models.knowledge.monitoring_files import FILE, read_thresholds
from models.knowledge.monitoring_types import Thresholds
from models.knowledge.option_files import file_of, read_option
from models.knowledge.risk_files import read_risk
from models.knowledge.risk_types import Risk
from models.knowledge.score_files import read_score
from models.knowledge.score_types import VariantScore
from models.knowledge.shape import Table
from models.knowledge.site_files import HEAD, TABLE, read_sites
from models.knowledge.site_types import Sites
from models.knowledge.source_block import read_source
from models.knowledge.tumour_lines import tumour_lines
from models.knowledge.types import Clinical, Drugs, Gene, Guideline, Knowledge, Modulators, Option

#: it becomes an id that answers name
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
RELATIVES = "inputs/relatives.toml"
FOLDERS = (
    "biomarkers",
    "cards",
    "careplans",
    "clinical",
    "dosing",
    "drugs",
    "evaluations",
    "evidence",
    "genes",
    "guidelines",
    "hereditary",
    "inputs",
    "intervals",
    "models",
    "modulators",
    "options",
    "risks",
    "scores",
    "sites",
)


def load(root: Traversable | None = None) -> Knowledge:
    """The snapshot under `root` (the package's own files unless a test says otherwise).

    Raises KnowledgeError with every file and place that is wrong: nothing may be advised from knowledge that does not agree.
    """
    texts = dict(_texts(files(__package__) if root is None else root))
    genes, drugs, clinical = _genes(texts), _drugs(texts), _clinical(texts)
    knowledge = Knowledge(
        genes=MappingProxyType(genes),
        guidelines=MappingProxyType(_guidelines(texts)),
        drugs=drugs,
        modulators=MappingProxyType(_modulators(texts)),
        clinical=MappingProxyType(clinical),
        tumour_lines=MappingProxyType(tumour_lines(clinical)),
        flows=MappingProxyType({f.drug.rxnorm: f for name, table in _named(texts, "dosing") for f in [read_flow(table, name)]}),
        evidence=MappingProxyType(_evidence(texts)),
        options=MappingProxyType(_options(texts)),
        scores=MappingProxyType(_scores(texts)),
        sites=_sites(texts, genes),
        cards=read_cards(texts, _toml),
        evaluations=MappingProxyType(read_evaluations(texts)),
        biomarkers=read_biomarkers(texts, _toml, drugs.ingredients),
        hereditary=read_hereditary(texts, _toml),
        careplans=MappingProxyType(read_careplans(texts, _toml)),
        models=MappingProxyType(read_models(texts, _toml)),
        inputs=MappingProxyType(_inputs(texts)),
        relatives=_relatives(texts),
        intervals=MappingProxyType({t.id: t for name, table in _named(texts, "intervals") for t in [read_intervals(table, name)]}),
        risks=MappingProxyType(_risks(texts)),
        digest=_digest(texts),
    )
    check(knowledge)
    return knowledge


def load_definitions(root: Traversable | None = None) -> Definitions:
    """What makes an allele: for the command `import vcf` alone, so no start of the service reads it and no digest holds it."""
    folder = (files(__package__) if root is None else root) / "definitions"
    head = _toml("definitions/source.toml", (folder / "source.toml").read_text("utf-8"))
    return read_definitions(head, {name: (folder / f"{name}.tsv").read_text("utf-8") for name in DEFINITION_TABLES})


def load_cohort(name: str, root: Traversable | None = None) -> CohortDefinition:
    """What a published cohort's file means: for evaluation alone, so no start of the service reads it and no digest holds it."""
    folder = (files(__package__) if root is None else root) / "cohorts"
    return read_cohort(_toml(f"cohorts/{name}.toml", _text(folder / f"{name}.toml", f"cohorts/{name}.toml")), f"cohorts/{name}.toml")


def load_thresholds(root: Traversable | None = None) -> Thresholds:
    """When monitoring calls for something: for the command `model monitor` alone, so no start of the service reads it."""
    file = (files(__package__) if root is None else root) / FILE
    return read_thresholds(_toml(FILE, file.read_text("utf-8")), FILE)


def _texts(root: Traversable) -> Iterator[tuple[str, str]]:
    """Every knowledge file by 'folder/name', in an order that no file system decides."""
    for folder in FOLDERS:
        for file in _listed(root, folder):
            if file.name.endswith((".toml", ".tsv", ".json")):
                if not NAME.fullmatch(file.name):
                    raise KnowledgeError(f"{folder}/{file.name!r}: a knowledge file's name has letters, digits and . _ - alone; rename it")
                yield f"{folder}/{file.name}", _text(file, f"{folder}/{file.name}")


def _listed(root: Traversable, folder: str) -> list[Traversable]:
    try:
        return sorted((root / folder).iterdir(), key=lambda f: f.name)
    except OSError:
        raise KnowledgeError(f"{folder}: the folder is missing or cannot be read; copy it anew, or correct its permissions") from None


def _text(file: Traversable, name: str) -> str:
    """A copy that was cut short may end inside a character."""
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError):
        raise KnowledgeError(f"{name}: cannot be read as UTF-8 text; copy it anew, or correct its permissions") from None


def _digest(texts: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    return digest.hexdigest()[:12]


def _toml(name: str, text: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise KnowledgeError(f"{name}: not TOML ({error}); correct it") from None


def _named(texts: dict[str, str], folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, _toml(name, text)) for name, text in texts.items() if name.startswith(folder + "/") and name.endswith(".toml"))


def _genes(texts: dict[str, str]) -> dict[str, Gene]:
    found: dict[str, Gene] = {}
    for name, table in _named(texts, "genes"):
        gene = read_gene(table, name)
        if name != f"genes/{gene.symbol}.toml":
            raise KnowledgeError(f"{name}: holds gene '{gene.symbol}'; a gene's file bears its name")
        found[gene.symbol] = gene
    return found


def _guidelines(texts: dict[str, str]) -> dict[str, tuple[Guideline, ...]]:
    found: dict[str, tuple[Guideline, ...]] = {}
    for name, table in _named(texts, "guidelines"):
        guideline = read_guideline(table, name)
        found[guideline.drug.key] = (*found.get(guideline.drug.key, ()), guideline)
    return found


def _modulators(texts: dict[str, str]) -> dict[str, Modulators]:
    return {found.gene: found for name, table in _named(texts, "modulators") for found in [read_modulators(table, name)]}


def _evidence(texts: dict[str, str]) -> dict[str, ChartEvidence]:
    found = {name: read_chart_evidence(table, name) for name, table in _named(texts, "evidence")}
    for name, evidence in found.items():
        if name != f"evidence/{evidence.gene}.toml":
            raise KnowledgeError(f"{name}: is about gene '{evidence.gene}'; such a file bears its gene's name")
    return {evidence.gene: evidence for evidence in found.values()}


def _clinical(texts: dict[str, str]) -> dict[str, Clinical]:
    found: dict[str, Clinical] = {}
    for name, table in _named(texts, "clinical"):
        for concept in read_clinical(table, name):
            if concept.id in found:
                raise KnowledgeError(f"{name}: '{concept.id}' is there twice; a clinical name has one place, so keep one")
            found[concept.id] = concept
    return found


def _inputs(texts: dict[str, str]) -> dict[str, InputSource]:
    found: dict[str, InputSource] = {}
    for name, table in ((n, t) for n, t in _named(texts, "inputs") if n != RELATIVES):
        for one in read_inputs(table, name):
            if one.name in found:
                raise KnowledgeError(f"{name}: the input '{one.name}' is there twice; an input has one place, so keep one")
            found[one.name] = one
    return found


def _risks(texts: dict[str, str]) -> dict[str, Risk]:
    found = {}
    for name, table in _named(texts, "risks"):
        risk = read_risk(table, name)
        if name != f"risks/{risk.id}.toml":
            raise KnowledgeError(f"{name}: holds the risk '{risk.id}'; a risk's file bears its id")
        found[risk.id] = risk
    return found


def _relatives(texts: dict[str, str]) -> Relatives:
    if RELATIVES not in texts:
        raise KnowledgeError(f"{RELATIVES}: is missing; family histories cannot be understood without it")
    return read_relatives(_toml(RELATIVES, texts[RELATIVES]), RELATIVES)


def _options(texts: dict[str, str]) -> dict[str, Option]:
    found = {}
    for name, table in _named(texts, "options"):
        option = read_option(table, name)
        if name != file_of(option):
            raise KnowledgeError(f"{name}: holds '{option.drug.name}'; an option's file bears the medicine's name")
        found[option.drug.key] = option
    return found


def _scores(texts: dict[str, str]) -> dict[str, VariantScore]:
    found: dict[str, VariantScore] = {}
    for name, table in _named(texts, "scores"):
        beside = name.removesuffix(".toml") + ".tsv"
        if beside not in texts:
            raise KnowledgeError(f"{beside}: is missing; a score is nothing without its variants")
        score = read_score(table, texts[beside], name)
        if name != f"scores/{score.id}.toml":
            raise KnowledgeError(f"{name}: holds '{score.id}'; a score's file bears its id")
        found[score.id] = score
    return found


def _sites(texts: dict[str, str], genes: dict[str, Gene]) -> Sites:
    if missing := [name for name in (TABLE, HEAD) if name not in texts]:
        raise KnowledgeError(f"{missing[0]}: is missing; single variants cannot be understood without it")
    return read_sites(_toml(HEAD, texts[HEAD]), texts[TABLE], genes)


def _drugs(texts: dict[str, str]) -> Drugs:
    missing = [f"drugs/{name}.tsv" for name in TABLES if f"drugs/{name}.tsv" not in texts]
    if missing or "drugs/source.toml" not in texts:
        raise KnowledgeError(f"{(missing or ['drugs/source.toml'])[0]}: is missing; orders cannot be understood without it")
    with Table(_toml("drugs/source.toml", texts["drugs/source.toml"]), "drugs/source.toml") as file:
        source = read_source(file)
    return read_drugs({name: texts[f"drugs/{name}.tsv"] for name in TABLES}, source)
