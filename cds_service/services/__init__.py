"""The CDS services: one module, one `SERVICE`. The folder scans itself; two services of one id are refused."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from cds_service.service import Service
from models.errors import PrecisionError


def load_services(package: ModuleType | None = None) -> Mapping[str, Service]:
    """Every SERVICE of the package's modules (of this folder, unless a test says otherwise), by id, sorted by id."""
    name, paths = (package.__name__, package.__path__) if package else (__name__, __path__)
    found: dict[str, Service] = {}
    for module in sorted(m.name for m in iter_modules(paths)):
        service = getattr(import_module(f"{name}.{module}"), "SERVICE", None)
        if service is None:
            continue
        if service.id in found:
            raise PrecisionError(
                f"{name}/{module}.py: the service id {service.id!r} is taken by another module; clients call by id, so give it its own"
            )
        found[service.id] = service
    return MappingProxyType(dict(sorted(found.items())))
