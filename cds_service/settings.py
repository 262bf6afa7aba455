"""What an operator may set. The only reader of the environment and of configuration files.

Written without a settings library: importing one would take longer than everything else this process does before its first answer.
"""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn

from cds_service.addresses import is_loopback
from cds_service.setting_checks import SettingsError, checks

PREFIX = "PRECISION_HOOKS_"
CONFIG = PREFIX + "CONFIG"
_NOT_SETTINGS = {CONFIG, PREFIX + "REFERENCE"}  #: the second one is read by the tests alone


def _state_folder() -> Path:
    """In the user's state directory; ./var where there is no home."""
    try:
        return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "precision-hooks"
    except RuntimeError:
        return Path.cwd() / "var"


def _default_store() -> str:
    return f"sqlite:///{_state_folder() / 'store.sqlite'}"


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
    ca_file: str = ""  #: certificates of the authorities that vouch for FHIR servers and key sets, PEM; "": those that are known anyway
    comment_key: str = field(default="", repr=False)  #: Fernet key: without it the comments in feedback are not kept
    memory: bool = True  #: remember which cards were shown and overridden
    memory_months: int = field(default=13, metadata={"range": (1, 120)})  #: for how long; an override holds for twelve at most
    memory_key: str = field(default="", repr=False)  #: of the hashes that stand for patients; without it the store makes its own
    most_info: int = field(default=3, metadata={"range": (0, 50)})  #: cards of info in one answer; the rest are named in one card
    ask_first: tuple[str, ...] = ()  #: ingredients whose first start without a result asks for the test, beside those that always do
    hereditary_summary: bool = False  #: tell in the opened chart what is inherited, with surveillance and testing of relatives
    model_reports: str = ""  #: a folder of local-validity reports, which model cards then show to anybody (docs/model-cards.md)
    diabetes_service: bool = False  #: offer diabetes-patient-view, which tells kind and plan of diabetes in an opened chart
    risk_service: bool = False  #: offer risk-patient-view, which tells risks that are worth acting on
    accepted_terms: tuple[str, ...] = ()  #: models whose terms of use the site has accepted (premm5); without it they tell nothing
    region: str = field(default="", metadata={"words": ("", "north-america", "other")})  #: for equations that differ by it
    dose_service: bool = False  #: offer dose-order-sign, which then owns the number of a dose; the other order services refer to it
    dose_loading: bool = False  #: tell the doses of a genotype-guided loading phase as well, where a trial's scheme is known
    trials: str = ""  #: a folder of trials' eligibility (docs/trials.md)
    calibrations: str = ""  #: a folder of signed records by which models fit this site (docs/local-fit.md)
    calibration_keys: str = ""  #: a folder of the public keys that may have signed them
    site_codes: str = ""  #: a file with the site's own codes of medicines (docs/integrate.md)
    rxnorm_file: str = ""  #: what `precision-hooks knowledge import-rxnorm` wrote
    unmapped: bool = True  #: keep, in the store, codes of medicines that no table knows, and how often they came
    strict: bool = False  #: one resource of another patient distrusts its whole prefetch key
    clients: str = ""  #: the clients file: which EHRs may call (docs/integrate.md); without it the service listens on loopback alone
    site: str = ""  #: name of the site in that folder whose codes and policy hold where there is no clients file
    sites: str = ""  #: folder that holds one folder for each site: its codes and its policy
    switches: str = ""  #: file of what is off, in shadow, for pilot users or on; read again when it changes
    knowledge: str = ""  #: folder of knowledge files instead of the shipped ones; read again when it changes
    knowledge_days: int = field(default=400, metadata={"range": (1, 10_000)})  #: age of the newest source at which readiness warns
    reload_seconds: int = field(default=2, metadata={"range": (1, 3600)})  #: between two looks at these files
    audit_key: str = field(default="", repr=False)  #: of the audit's chain and its hashes; without it the store makes its own
    audit_keep_profile: bool = False  #: keep what a call read of the patient, encrypted by profile_key
    profile_key: str = field(default="", repr=False)  #: Fernet key
    unaudited: str = field(default="serve", metadata={"words": ("serve", "refuse")})  #: when neither store nor spool can be written
    spool: str = ""  #: folder of what waits for the store; "": beside the store's file, or in the user's state directory
    spool_bytes: int = field(default=256 * 1024 * 1024, metadata={"range": (1024, 2**40)})
    strict_jti: bool = False  #: refuse calls while the store cannot say whether a token was used before
    metrics_key: str = field(default="", repr=False)  #: Bearer token for /metrics; without it only this machine may read them
    proxy_hops: int = field(default=0, metadata={"range": (0, 10)})  #: proxies in front whose X-Forwarded-For is believed
    at_once: int = field(default=2, metadata={"range": (1, 1000)})  #: calls at once in one process; who waits for FHIR is not one
    processes: int = field(default=1, metadata={"range": (1, 64)})  #: of `serve --workers`; WEB_CONCURRENCY says the same
    drain_seconds: int = field(
        default=-1, metadata={"range": (-1, 20)}
    )  #: of answering on after SIGTERM, while readiness says no; -1: as is usual

    def __post_init__(self) -> None:
        wrong = [_sentence(name, why) for name, check in _CHECKS.items() for why in [check(self)] if why]
        if wrong:
            raise SettingsError("\n".join(wrong))

    @property
    def spool_folder(self) -> str:
        file = self.store_url.removeprefix("sqlite:///") if self.store_url.startswith("sqlite:///") else ""
        beside = f"{file}.spool" if file and file != ":memory:" else str(_state_folder() / "spool")
        return self.spool or beside

    @property
    def tokens_url(self) -> str:
        """Where used tokens are remembered: with SQLite in a file of their own, so that no call waits while others are written."""
        file = self.store_url.startswith("sqlite:///") and ":memory:" not in self.store_url
        return f"{self.store_url}.tokens" if file else self.store_url

    @property
    def drain_for(self) -> int:
        """Five, unless something else was set; none for a developer, where no load balancer asks for readiness."""
        usual = 0 if self.development else 5
        return usual if self.drain_seconds < 0 else self.drain_seconds

    @property
    def development(self) -> bool:
        """Bound to this machine alone, and nobody is told apart. Then, and only then, FHIR servers need not be listed."""
        return is_loopback(self.host) and not self.clients


_FIELDS = {f.name: f for f in fields(Settings)}
_CHECKS = checks(Settings)
#: a secret may also stand in a file of its own, which PRECISION_HOOKS_<NAME>_FILE names
_SECRETS = tuple(name for name, f in _FIELDS.items() if not f.repr)
_FILE = "_FILE"


def load_settings(**given: Any) -> Settings:
    """Read and check every setting; `given` (from the command line) wins over environment and file. Raises SettingsError."""
    known_names = {PREFIX + name.upper() for name in _FIELDS} | {PREFIX + name.upper() + _FILE for name in _SECRETS} | _NOT_SETTINGS
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known_names)
    if unknown:
        known = ", ".join(PREFIX + name.upper() for name in _FIELDS)
        raise SettingsError(
            f"{', '.join(unknown)}: there is no such setting, so it would silently do nothing. Known are {known}, {CONFIG}."
        )
    wrong: list[str] = []
    environment = {name: os.environ[PREFIX + name.upper()] for name in _FIELDS if PREFIX + name.upper() in os.environ}
    if "WEB_CONCURRENCY" in os.environ:
        environment.setdefault("processes", os.environ["WEB_CONCURRENCY"])
    stated = _from_file(os.environ.get(CONFIG, "")) | environment | _secrets(environment, wrong) | given
    values = {name: _read(name, value, wrong) for name, value in stated.items()}
    if wrong:
        raise SettingsError("\n".join(wrong))
    return Settings(**values)


def _secrets(environment: Mapping[str, str], wrong: list[str]) -> dict[str, str]:
    """Of files that PRECISION_HOOKS_<NAME>_FILE names: what other processes may see of an environment is then no secret."""
    found: dict[str, str] = {}
    for name in _SECRETS:
        path = os.environ.get(PREFIX + name.upper() + _FILE)
        if path is None:
            continue
        if name in environment:
            wrong.append(_sentence(name, f"is given twice, also by {PREFIX}{name.upper()}{_FILE}; keep one"))
        try:
            found[name] = Path(path).read_text("utf-8").strip()
        except (OSError, ValueError):
            wrong.append(f"{PREFIX}{name.upper()}{_FILE}: the file cannot be read as UTF-8 text; correct the path or its permissions.")
    return found


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


def hand_on(**given: Any) -> None:
    """To the program that takes this process's place: what the command line said."""
    os.environ.update({PREFIX + name.upper(): str(value) for name, value in given.items() if value is not None})


def metrics_folder() -> tuple[str, bool]:
    """Where processes keep what they count, for prometheus_client; and was it made just now?"""
    name = "PROMETHEUS_MULTIPROC_DIR"
    made = name not in os.environ
    if made:
        os.environ[name] = tempfile.mkdtemp(prefix="precision-hooks-metrics-")
    return os.environ[name], made


def settings_or_exit(**given: Any) -> Settings:
    """For a process that starts: the settings, or the message on stderr and exit status 2."""
    try:
        return load_settings(**given)
    except SettingsError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    print(f"precision-hooks does not start: {message}", file=sys.stderr)
    raise SystemExit(2)
