"""Where the stored reference tables lie, for tests that compare with them. Nothing of them is part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def reference_file(name: str) -> Path:
    """A file of the reference folder; skips the test where the folder or the file is not there."""
    root = Path(os.environ.get("PRECISION_HOOKS_REFERENCE") or CHECKOUT.parent / "shared")
    path = root / name
    if not path.is_file():
        pytest.skip(f"the reference table {name} is not here; set PRECISION_HOOKS_REFERENCE to the folder that holds it")
    return path
