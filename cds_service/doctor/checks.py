"""All checks, each by itself: one that fails is told, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cds_service.doctor import configuration, inside, outside
from cds_service.doctor.result import Result
from cds_service.doctor.surroundings import Surroundings

Check = Callable[[Surroundings], Iterable[Result]]
CHECKS: tuple[Check, ...] = (
    configuration.check_settings,
    configuration.check_clients,
    outside.check_clock,
    outside.check_key_sets,
    outside.check_certificates,
    inside.check_knowledge,
    inside.check_store,
    inside.check_spool,
    configuration.check_switches,
    configuration.check_versions,
)


def examined(here: Surroundings, checks: Iterable[Check] = CHECKS) -> list[Result]:
    results: list[Result] = []
    for check in checks:
        try:
            results += check(here)
        except Exception as error:  # noqa: BLE001 - a doctor that falls ill itself helps nobody
            name = check.__name__.removeprefix("check_").replace("_", " ")
            # the kind alone: a sentence of a library may quote a password
            results.append(Result(name, "unchecked", f"the check itself failed ({type(error).__name__})", remedy="report this as a fault"))
    return results
