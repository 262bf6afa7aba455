"""The rules of the house that imports alone cannot show, and the import contracts of pyproject.toml. Not what the code does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection

import pytest

from tests.support import source_scan as scan
from tests.support.source_scan import FLOORS, ROOT, Check, Module, module, modules

#: The only ones that read files below the edge: package data, once.
READERS = {"models/knowledge/load.py", "models/units.py", "fhir_mappings/tables.py"}


def hits(check: Check, sources: tuple[Module, ...], but: Collection[str] = ()) -> str:
    return "\n".join(hit for source in sources if source.path not in but for hit in check(source))


def test_import_contracts_hold() -> None:
    run = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_floor_was_looked_at() -> None:
    assert {source.path.split("/")[0] for source in modules(*FLOORS)} == set(FLOORS)
    assert len(modules(*FLOORS)) > 40
    assert len(scan.genes()) >= 9
    assert len(scan.drugs()) >= 25


def test_no_clock_file_environment_randomness_or_log_below_the_edge() -> None:
    assert not hits(scan.impure, modules("models", "fhir_mappings"), but=READERS)


def test_no_engine_names_a_gene_or_a_drug() -> None:
    assert not hits(scan.names_medicine, modules("models", "fhir_mappings"))


def test_names_of_modules_say_what_is_in_them() -> None:
    assert not hits(scan.shapeless, modules(*FLOORS, "tests", "benchmarks"))


def test_one_module_knows_the_fhir_classes() -> None:
    assert not hits(scan.imports_fhir_models, modules(*FLOORS), but={"fhir_mappings/validation.py"})
    assert hits(scan.imports_fhir_models, modules("fhir_mappings"))


def test_only_settings_reads_the_environment() -> None:
    assert not hits(scan.reads_environment, modules(*FLOORS), but={"cds_service/settings.py"})


def test_every_module_tells_what_it_is() -> None:
    assert not hits(scan.untold, modules(*FLOORS, "benchmarks"))


def test_security_S29_tls_is_verified_everywhere() -> None:
    assert not hits(scan.unverified, modules(*FLOORS))


def test_security_S47_S49_nothing_executes_data_and_yaml_is_not_read() -> None:
    assert not hits(scan.executes, modules(*FLOORS))


# ---- the checks themselves: each must find what it is for, and let pass what only looks like it ----------------------

BAD: list[tuple[Check, str]] = [
    (scan.impure, "from datetime import date\nx = date.today()"),
    (scan.impure, "from datetime import datetime as d\nx = d.now()"),
    (scan.impure, "import datetime\nx = datetime.datetime.utcnow()"),
    (scan.impure, "def f(clock): return clock.now()"),
    (scan.impure, "import time"),
    (scan.impure, "from time import monotonic as m"),
    (scan.impure, "def f():\n    import random"),
    (scan.impure, "import os\nx = os.environ['HOME']"),
    (scan.impure, "x = open('a')"),
    (scan.impure, "def f(p): return p.read_text()"),
    (scan.impure, "from importlib.resources import files"),
    (scan.impure, "from pathlib import Path\nx = Path('a')"),
    (scan.impure, "import logging"),
    (scan.impure, "print('x')"),
    (scan.impure, "from uuid import uuid4"),
    (scan.names_medicine, "x = 'CYP2C19'"),
    (scan.names_medicine, "def f(g): return g == f'{g} of HLA-B'"),
    (scan.names_medicine, "x = {'Clopidogrel': 1}"),
    (scan.names_medicine, "def f(drug='codeine'): ..."),
    (scan.names_medicine, "match x:\n    case 'DPYD': ..."),
    (scan.imports_fhir_models, "from fhir.resources.R4B.patient import Patient"),
    (scan.imports_fhir_models, "def f():\n    import fhir.resources"),
    (scan.imports_fhir_models, "import importlib\nx = importlib.import_module('fhir.resources.R4B')"),
    (scan.reads_environment, "import os\nx = os.getenv('A')"),
    (scan.reads_environment, "from os import environ as e\nx = e['A']"),
    (scan.unverified, "import requests\nrequests.get('https://a', verify=False)"),
    (scan.unverified, "def f(session): session.verify = False"),
    (scan.unverified, "x = {'verify': False}"),
    (scan.unverified, "import ssl\ncontext = ssl._create_unverified_context()"),
    (scan.unverified, "def f(context):\n    context.check_hostname = False"),
    (scan.unverified, "from ssl import CERT_NONE"),
    (scan.executes, "import pickle"),
    (scan.executes, "from marshal import loads"),
    (scan.executes, "x = eval('1')"),
    (scan.executes, "exec('x = 1')"),
    (scan.executes, "import yaml\nx = yaml.load('a')"),
    (scan.executes, "from joblib import load"),
    (scan.executes, "import torch as t\nx = t.load('a')"),
    (scan.untold, "x = 1"),
    (scan.untold, '"""  """'),
]
GOOD: list[tuple[Check, str]] = [
    (scan.impure, "from datetime import date\nx = date(2026, 1, 1)\ny = date.fromisoformat('2026-01-01')"),
    (scan.impure, "from pathlib import PurePosixPath\nx = PurePosixPath('a').stem"),
    (scan.impure, "import re\nis_open = re.compile('open')"),
    (scan.names_medicine, '"""Unlike CYP2D6."""\ndef f():\n    """Codeine."""'),
    (scan.names_medicine, "x = 'gene'"),
    (scan.reads_environment, "import os\nx = os.path.sep"),
    (scan.unverified, "import requests\nrequests.get('https://a', verify=True)"),
    (scan.executes, "import re\nx = re.compile('a')"),
    (scan.executes, "import json\nx = json.load"),
    (scan.untold, '"""Something. Not another."""'),
]


@pytest.mark.parametrize(("check", "text"), BAD)
def test_a_check_finds_what_it_is_for(check: Check, text: str) -> None:
    found = check(module(text))
    assert found
    assert all(hit.startswith("models/sample.py:") for hit in found)


@pytest.mark.parametrize(("check", "text"), GOOD)
def test_a_check_lets_the_innocent_pass(check: Check, text: str) -> None:
    assert check(module(text)) == []


@pytest.mark.parametrize(
    "path", ["models/utils.py", "models/helpers/dose.py", "cds_service/card_helpers.py", "models/base.py", "cds_service/session_manager.py"]
)
def test_a_shapeless_name_is_found(path: str) -> None:
    assert scan.shapeless(module("", path))


def test_a_name_that_only_holds_such_a_word_passes() -> None:
    assert scan.shapeless(module("", "cds_service/store/database.py")) == []
