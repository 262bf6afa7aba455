"""The dialects: one module, one `DIALECT`. The folder scans itself; two dialects of one name are refused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from cds_service.clients.dialect import Dialect
from models.errors import PrecisionError


def load_dialects(package: ModuleType | None = None) -> Mapping[str, Dialect]:
    """Every DIALECT of the package's modules (of this folder, unless a test says otherwise), by name, sorted by name."""
    name, paths = (package.__name__, package.__path__) if package else (__name__, __path__)
    found: dict[str, Dialect] = {}
    for module in sorted(m.name for m in iter_modules(paths)):
        one = getattr(import_module(f"{name}.{module}"), "DIALECT", None)
        if one is None:
            continue
        if one.name in found:
            raise PrecisionError(
                f"{name}/{module}.py: the dialect {one.name!r} is there already; the clients file chooses by name, so give it its own"
            )
        found[one.name] = one
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _all() -> Mapping[str, Dialect]:
    return load_dialects()


def dialect(name: str) -> Dialect:
    """Raises PrecisionError for a name that is not there, and says which are."""
    known = _all()
    if name not in known:
        raise PrecisionError(
            f"dialect = {name[:40]!r} is not known; it decides how cards are shaped for this EHR, so name one of {', '.join(known)}"
        )
    return known[name]
