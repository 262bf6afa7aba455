"""What one hospital decides for itself: its folder `sites/NAME/` with codes.toml and policy.toml, read as one. It applies nothing.

The snapshot of a site shares every shipped table with the others: a process may serve many.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tomli

from fhir_mappings.local_codes import meant, readable
from fhir_mappings.resource import canonical
from fhir_mappings.tables import observations
from models.errors import KnowledgeError
from models.knowledge.code_files import CodesFile, Shared, read_codes
from models.knowledge.policy_files import read_policy
from models.knowledge.policy_types import NO_POLICY, Policy
from models.knowledge.site_codes import with_site_codes
from models.knowledge.types import Knowledge

CODES, POLICY = "codes.toml", "policy.toml"
NAME = re.compile("[a-z0-9-]{1,40}")
MOST_BYTES = 1024 * 1024  #: of one file


@dataclass(frozen=True, slots=True)
class Site:
    """One immutable snapshot: what is known there, and what was decided there."""

    name: str
    knowledge: Knowledge
    policy: Policy = NO_POLICY
    codes: CodesFile | None = None


def sites(names: Iterable[str], folder: str, base: Knowledge) -> Mapping[str, Site]:
    """By name; "" is there always: whoever decides nothing for itself. Raises KnowledgeError with every site's faults."""
    found, faults = {"": Site("", base)}, []
    for name in sorted({*names} - {""}):
        try:
            found[name] = site(name, folder, base)
        except KnowledgeError as error:
            faults.append(str(error))
    if faults:
        raise KnowledgeError("\n".join(faults))
    return MappingProxyType(found)


def site(name: str, folder: str, base: Knowledge) -> Site:
    """Raises KnowledgeError: at start nothing runs, at reload the old snapshot stays."""
    texts = {path.name: _text(path, f"{name}/{path.name}") for path in paths(name, folder) if path.exists()}
    codes, knowledge = None, base
    if CODES in texts:
        shared = Shared(canonical, observations().roles.keys(), meant, readable)
        codes = read_codes(_toml(texts[CODES], f"{name}/{CODES}"), f"{name}/{CODES}", base, shared)
        digest = hashlib.sha256("\x1f".join([base.digest, texts[CODES]]).encode()).hexdigest()[:12]
        knowledge = replace(base, local=codes.local, drugs=with_site_codes(base.drugs, codes.drugs), digest=digest)
    policy = NO_POLICY
    if POLICY in texts:
        where = f"{name}/{POLICY}"
        policy = read_policy(_toml(texts[POLICY], where), where, knowledge, canonical, texts[POLICY])
    return Site(name, knowledge, policy, codes)


def paths(name: str, folder: str) -> tuple[Path, ...]:
    """The files that make a site, there or not: what a reload must look at. No name leads out of the folder."""
    if not NAME.fullmatch(name):
        raise KnowledgeError(f"site {name[:40]!r}: a name has 1 to 40 of a-z, 0-9 and '-'; correct `site` in the clients file")
    if not folder:
        raise KnowledgeError(f"site '{name}': no folder of sites is set; set PRECISION_HOOKS_SITES")
    root, own = Path(folder), Path(folder) / name
    if not own.is_dir() or not own.resolve().is_relative_to(root.resolve()):
        raise KnowledgeError(f"site '{name}': {root.name}/{name} is no folder there; make it, or correct `site` in the clients file")
    if odd := sorted(p.name for p in own.iterdir() if p.suffix == ".toml" and p.name not in (CODES, POLICY)):
        raise KnowledgeError(f"site '{name}': {odd[0]} is not read; only {CODES} and {POLICY} are, so correct its name or remove it")
    return own / CODES, own / POLICY


def _text(path: Path, where: str) -> str:
    if not path.resolve().is_relative_to(path.parent.parent.resolve()):
        raise KnowledgeError(f"{where}: leads out of the folder of sites; put the file itself there")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise KnowledgeError(f"{where}: is larger than {MOST_BYTES} bytes; it is no file of a site")
        return path.read_text("utf-8-sig")
    except (OSError, ValueError):
        raise KnowledgeError(f"{where}: cannot be read as UTF-8 text; correct the file or its permissions") from None


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise KnowledgeError(f"{where}: not TOML ({error}); correct it") from None
    except RecursionError:
        raise KnowledgeError(f"{where}: is nested too deeply; it is no file of a site") from None
