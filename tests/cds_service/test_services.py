"""The folder of services scans itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from cds_service.services import load_services
from models.errors import PrecisionError

MODULE = """
from cds_service.service import Service
from models.finding import Assessment
SERVICE = Service({id!r}, "order-sign", "t", "d", lambda k: (), lambda p, k: Assessment())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = tmp_path / "scanned_services"
    made.mkdir()
    (made / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield made
    for name in [n for n in sys.modules if n.startswith("scanned_services")]:
        del sys.modules[name]


def package() -> ModuleType:
    return import_module("scanned_services")


def test_modules_with_a_service_are_found_by_id(folder: Path) -> None:
    (folder / "b.py").write_text(MODULE.format(id="two"))
    (folder / "a.py").write_text(MODULE.format(id="one"))
    (folder / "words.py").write_text("X = 1\n")
    assert list(load_services(package())) == ["one", "two"]


def test_two_services_of_one_id_are_refused(folder: Path) -> None:
    (folder / "a.py").write_text(MODULE.format(id="one"))
    (folder / "b.py").write_text(MODULE.format(id="one"))
    with pytest.raises(PrecisionError, match=r"b\.py.*'one' is taken"):
        load_services(package())


def test_sqlalchemy_and_fernet_wait_for_their_first_use() -> None:
    import subprocess

    heavy = ["sqlalchemy", "cryptography.fernet", "fhir", "pandas", "numpy", "sklearn"]
    code = f"import sys, cds_service.routes, cds_service.services; print([n for n in {heavy} if n in sys.modules])"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout.strip() == "[]"
