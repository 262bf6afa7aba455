"""What an operator may set. The only reader of the environment and of configuration files.

Written without a settings library: importing one would take longer than everything else this process does before its first answer.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from models.errors import PrecisionError

PREFIX = "PRECISION_HOOKS_"
CONFIG = PREFIX + "CONFIG"
_NOT_SETTINGS = {CONFIG, PREFIX + "REFERENCE"}  #: the second one is read by the tests alone
_DEFAULT_PORTS = {"http": 80, "https": 443}


class SettingsError(PrecisionError):
    """A setting is wrong. The message names it and the remedy."""


def origin_of(url: str) -> str:
    """'https://host:port' in lower case, the default port left out; '' for what is no plain http(s) URL.

    User names, blanks, control characters, backslashes and non-ASCII hosts are refused: they are how one host is passed off as another.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>') and "@" not in parts.netloc
    if parts.scheme not in _DEFAULT_PORTS or not host or not plain or "#" in url:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


def base_of(url: str) -> str:
    """A FHIR base URL in one spelling (origin and path, no trailing slash); '' where it cannot be one."""
    origin, path = origin_of(url), urlsplit(url).path.rstrip("/") if origin_of(url) else ""
    return "" if not origin or "?" in url or ".." in path or "%" in path or "//" in path else origin + path


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _default_store() -> str:
    """A file in the user's state directory; ./var where there is no home."""
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "precision-hooks"
    except RuntimeError:
        state = Path.cwd() / "var"
    return f"sqlite:///{state / 'store.sqlite'}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, from PRECISION_HOOKS_<NAME> or from the TOML file that PRECISION_HOOKS_CONFIG names.

    Raises SettingsError with every wrong one at once.
    """

    host: str = "127.0.0.1"
    port: int = field(default=8080, metadata={"range": (0, 65535)})
    base_url: str = ""  #: the public URL under which clients call
    cors_origins: tuple[str, ...] = ()  #: exact origins of browser clients
    fhir_servers: tuple[str, ...] = ()  #: base URLs that may be called; empty: see `development`
    deadline_ms: int = field(default=800, metadata={"range": (50, 30_000)})  #: for one whole call
    max_body_bytes: int = field(default=8 * 1024 * 1024, metadata={"range": (1024, 2**31)})
    fhir_page_limit: int = field(default=20, metadata={"range": (1, 1000)})  #: pages of one search
    fhir_byte_limit: int = field(default=16 * 1024 * 1024, metadata={"range": (1024, 2**31)})  #: decoded bytes of one search
    store_url: str = field(default_factory=_default_store)
    comment_key: str = field(default="", repr=False)  #: Fernet key: without it the comments in feedback are not kept
    memory: bool = True  #: remember which cards were shown and overridden
    memory_months: int = field(default=13, metadata={"range": (1, 120)})  #: for how long; an override holds for twelve at most
    memory_key: str = field(default="", repr=False)  #: of the hashes that stand for patients; without it the store makes its own
    most_info: int = field(default=3, metadata={"range": (0, 50)})  #: cards of info in one answer; the rest are named in one card
    ask_first: tuple[str, ...] = ()  #: ingredients whose first start without a result asks for the test, beside those that always do
    site_codes: str = ""  #: a file with the site's own codes of medicines (docs/integrate.md)
    rxnorm_file: str = ""  #: what `precision-hooks knowledge import-rxnorm` wrote
    unmapped: bool = True  #: keep, in the store, codes of medicines that no table knows, and how often they came
    strict: bool = False  #: one resource of another patient distrusts its whole prefetch key

    def __post_init__(self) -> None:
        wrong = [_sentence(name, why) for name in CHECKS for why in [CHECKS[name](self)] if why]
        if wrong:
            raise SettingsError("\n".join(wrong))

    @property
    def development(self) -> bool:
        """Bound to this machine alone. Then, and only then, FHIR servers need not be listed and may be http on loopback."""
        return is_loopback(self.host)


def _base_url(given: Settings) -> str:
    known = not given.base_url or base_of(given.base_url)
    return "" if known else "is not a plain http(s) URL; give the URL that clients call, such as https://cds.example.org"


def _origins(given: Settings) -> str:
    for origin in given.cors_origins:
        if origin in ("*", "null"):
            return f"may not hold '{origin}', which lets any page read answers; list the exact origins, such as https://ehr.example.org"
        if not origin or origin_of(origin) != origin:
            return "must list bare origins in lower case: scheme, host and port, no path, no default port (https://ehr.example.org)"
    return ""


def _servers(given: Settings) -> str:
    for server in given.fhir_servers:
        if not base_of(server):
            return "must list base URLs without user, query or fragment, such as https://ehr.example.org/fhir"
        if server.startswith("http:") and not (given.development and is_loopback(urlsplit(server).hostname or "")):
            return "http:// would show tokens to the network; it is allowed to loopback only, with host on loopback"
    return ""


def _comment_key(given: Settings) -> str:
    if not given.comment_key:
        return ""
    from cryptography.fernet import Fernet  # on use: most installations set no key

    try:
        Fernet(given.comment_key)
    except ValueError:
        return "is not a Fernet key: 32 bytes in URL-safe base64; make one with cryptography's Fernet.generate_key()"
    return ""


def _memory_key(given: Settings) -> str:
    short = given.memory_key and len(given.memory_key) < 32
    return (
        "must have 32 characters at least, or patients could be found out by trying keys; make one with openssl rand -hex 32"
        if short
        else ""
    )


def _in_range(name: str, low: int, high: int) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        return "" if low <= getattr(given, name) <= high else f"must be greater than or equal to {low} and at most {high}"

    return check


def _store(given: Settings) -> str:
    known = given.store_url.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://"))
    return "" if known else "must be an SQLAlchemy URL of SQLite or PostgreSQL, such as sqlite:////var/lib/precision-hooks/store.sqlite"


def _file(name: str) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        path = getattr(given, name)
        return "" if not path or Path(path).is_file() else "names no file, so none of its codes would be known; correct the path"

    return check


_FIELDS = {f.name: f for f in fields(Settings)}

#: what is checked of each setting: the answer is what is wrong, "" when nothing is
CHECKS: Mapping[str, Callable[[Settings], str]] = {
    **{name: _in_range(name, *f.metadata["range"]) for name, f in _FIELDS.items() if "range" in f.metadata},
    "base_url": _base_url,
    "cors_origins": _origins,
    "fhir_servers": _servers,
    "store_url": _store,
    "comment_key": _comment_key,
    "memory_key": _memory_key,
    "site_codes": _file("site_codes"),
    "rxnorm_file": _file("rxnorm_file"),
}


def load_settings(**given: Any) -> Settings:
    """Read and check every setting; `given` (from the command line) wins over environment and file. Raises SettingsError."""
    unknown = sorted(n for n in os.environ if n.startswith(PREFIX) and n not in _NOT_SETTINGS and n[len(PREFIX) :].lower() not in _FIELDS)
    if unknown:
        known = ", ".join(PREFIX + name.upper() for name in _FIELDS)
        raise SettingsError(
            f"{', '.join(unknown)}: there is no such setting, so it would silently do nothing. Known are {known}, {CONFIG}."
        )
    environment = {name: os.environ[PREFIX + name.upper()] for name in _FIELDS if PREFIX + name.upper() in os.environ}
    stated = _from_file(os.environ.get(CONFIG, "")) | environment | given
    wrong: list[str] = []
    values = {name: _read(name, value, wrong) for name, value in stated.items()}
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Settings(**values)


def _from_file(name: str) -> dict[str, Any]:
    if not name:
        return {}
    if not Path(name).is_file():
        raise SettingsError(f"{CONFIG}: there is no such file, so none of its settings would hold. Correct the path, or unset {CONFIG}.")
    try:
        return tomllib.loads(Path(name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{CONFIG}: the file cannot be read as TOML ({error}). Correct it, or unset {CONFIG}.") from None


def _read(name: str, value: Any, wrong: list[str]) -> Any:
    """The value in its setting's type; text (as the environment gives it) is turned into numbers, flags and lists."""
    if name not in _FIELDS:
        wrong.append(_sentence(name, "is no setting; correct its name"))
        return None
    example = _FIELDS[name].default if _FIELDS[name].default is not MISSING else ""
    read, called = _READERS[type(example)]
    try:
        return read(value)
    except (ValueError, TypeError, KeyError):
        wrong.append(_sentence(name, f"must be {called}"))
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return int(value)


def _flag(value: Any) -> bool:
    return (
        value if isinstance(value, bool) else {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[value.lower()]
    )


def _listed(value: Any) -> tuple[str, ...]:
    """Lists come from TOML as lists and from the environment separated by commas."""
    parts = value.split(",") if isinstance(value, str) else list(value)
    return tuple(stripped for part in parts if (stripped := _text(part).strip()))


_READERS: Mapping[type, tuple[Callable[[Any], Any], str]] = {
    str: (_text, "a text"),
    int: (_whole, "an integer"),
    bool: (_flag, "a boolean: true or false"),
    tuple: (_listed, "a list of texts, separated by commas in the environment"),
}


def _sentence(name: str, why: str) -> str:
    return f"{PREFIX}{name.upper()} ({name} in the configuration file): {why}."


def settings_or_exit(**given: Any) -> Settings:
    """For a process that starts: the settings, or the message on stderr and exit status 2."""
    try:
        return load_settings(**given)
    except SettingsError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    print(f"precision-hooks does not start: {message}", file=sys.stderr)
    raise SystemExit(2)
