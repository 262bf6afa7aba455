"""Finds in our own source what imports cannot show: a clock, a file, a gene's name in an engine. It judges nothing outside the text."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("cds_service", "fhir_mappings", "models")

#: What makes an answer depend on more than its arguments. A trailing dot means: everything of that module.
IMPURE = (
    "datetime.date.today datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow time. calendar.timegm uuid.uuid1 "
    "uuid.uuid4 random. secrets. os. io. pathlib.Path pathlib.PosixPath importlib.resources. subprocess. socket. tempfile. shutil. "
    "logging. warnings.warn sys.argv sys.stdin sys.stdout sys.stderr open print input"
).split()
#: The same behind a value whose type the text does not show.
IMPURE_METHODS = frozenset({"now", "today", "utcnow", "read_text", "read_bytes", "write_text", "write_bytes", "getenv", "environ"})
#: What runs code out of data.
EXECUTES = (
    "eval exec compile __import__ pickle. _pickle. cPickle. cloudpickle. dill. shelve. marshal. joblib. "
    "torch.load numpy.load pandas.read_pickle yaml.load yaml.load_all yaml.full_load yaml.unsafe_load yaml.unsafe_load_all"
).split()
ENVIRONMENT = "os.environ os.environb os.getenv os.putenv os.environ. decouple. dotenv.".split()
UNVERIFIED = "ssl._create_unverified_context ssl.CERT_NONE ssl._create_default_https_context urllib3.disable_warnings".split()
SHAPELESS = frozenset("util utils helper helpers common base manager managers misc".split())


@dataclass(frozen=True, slots=True)
class Module:
    """One source file. `path` is relative to the clone: 'models/codes.py'."""

    path: str
    tree: ast.Module

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"


Check = Callable[[Module], list[str]]


def module(text: str, path: str = "models/sample.py") -> Module:
    return Module(path, ast.parse(text))


def modules(*floors: str) -> tuple[Module, ...]:
    return tuple(one for floor in floors for one in _of(floor))


@cache
def _of(floor: str) -> tuple[Module, ...]:
    """Read once: there are many files, and many questions."""
    files = sorted((ROOT / floor).rglob("*.py"))
    return tuple(module(file.read_text("utf-8"), file.relative_to(ROOT).as_posix()) for file in files)


def names(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every name used, spelled from where it was imported: after `from datetime import date as d`, `d.today` is datetime.date.today."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names}
            yield from ((node, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
            yield from ((node, f"{node.module}.{a.name}") for a in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            continue  # a name that is given (a field called "input") uses nothing
        if isinstance(node, (ast.Name, ast.Attribute)) and (dotted := _dotted(node)):
            first, *rest = dotted.split(".")
            yield node, ".".join([known.get(first, first), *rest])


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value) or '?'}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _among(name: str, listed: list[str]) -> bool:
    return any(f"{name}.".startswith(entry) if entry.endswith(".") else name == entry for entry in listed)


def _used(source: Module, listed: list[str], methods: frozenset[str] = frozenset()) -> list[str]:
    found = ((n, name) for n, name in names(source.tree) if _among(name, listed) or ("." in name and name.rsplit(".", 1)[1] in methods))
    return sorted({source.at(node, name) for node, name in found})


def impure(source: Module) -> list[str]:
    return _used(source, IMPURE, IMPURE_METHODS)


def executes(source: Module) -> list[str]:
    return _used(source, EXECUTES)


def reads_environment(source: Module) -> list[str]:
    return _used(source, ENVIRONMENT)


def imports_fhir_models(source: Module) -> list[str]:
    written = (n for n in ast.walk(source.tree) if isinstance(n, ast.Constant) and str(n.value).startswith("fhir.resources"))
    return [*_used(source, ["fhir.resources."]), *(source.at(node, str(node.value)) for node in written)]


def unverified(source: Module) -> list[str]:
    """TLS without verification, in any spelling: an argument, an assignment, a member of a dict, a context of ssl."""
    found: list[str] = _used(source, UNVERIFIED)
    for node in ast.walk(source.tree):
        pairs: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.Call):
            pairs = [(k.arg or "", k.value) for k in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = [(str(k.value), v) for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            pairs = [((_dotted(t)).rsplit(".", 1)[-1], node.value) for t in targets]
        told_off = (name for name, value in pairs if name in ("verify", "check_hostname", "verify_ssl") and _is_off(value))
        found += [source.at(node, f"{name} is off") for name in told_off]
    return found


def _is_off(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def names_medicine(source: Module) -> list[str]:
    """A gene or a drug in a string that is no docstring."""
    prose = {id(n.value) for n in ast.walk(source.tree) if isinstance(n, ast.Expr)}
    strings = (n for n in ast.walk(source.tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in prose)
    return [source.at(node, hit[0]) for node in strings if (hit := _medicine().search(str(node.value)))]


@cache
def _medicine() -> re.Pattern[str]:
    """Whole words: every gene and guideline drug that the knowledge files hold, and the families that new genes will come from."""
    words = "|".join(re.escape(word) for word in sorted(genes() | drugs()))
    return re.compile(rf"(?i:\b(?:{words})\b)|CYP\d|HLA-|UGT\d|SLCO\d")


@cache
def genes() -> frozenset[str]:
    return frozenset(_toml(file)["gene"]["symbol"] for file in (ROOT / "models/knowledge/genes").glob("*.toml"))


@cache
def drugs() -> frozenset[str]:
    """Names of five letters and more: shorter ones would be found inside ordinary words."""
    named = (_toml(file)["guideline"]["drug"] for file in (ROOT / "models/knowledge/guidelines").glob("*.toml"))
    return frozenset(name for name in named if len(name) >= 5)


def _toml(file: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(file.read_text("utf-8"))


def shapeless(source: Module) -> list[str]:
    """A folder or module whose name says nothing of what is in it."""
    parts = {part for name in Path(source.path).with_suffix("").parts for part in name.strip("_").split("_")}
    return [f"{source.path}: {name}" for name in sorted(parts & SHAPELESS)]


def untold(source: Module) -> list[str]:
    return [] if (ast.get_docstring(source.tree) or "").strip() else [f"{source.path}: no docstring"]
