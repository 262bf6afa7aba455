"""What an operator may set. The only reader of the environment and of configuration files."""

from __future__ import annotations

import ipaddress
import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

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


def _listed(value: Any) -> Any:
    """Lists come from TOML as lists and from the environment separated by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


def _default_store() -> str:
    """A file in the user's state directory; ./var where there is no home."""
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "precision-hooks"
    except RuntimeError:
        state = Path.cwd() / "var"
    return f"sqlite:///{state / 'store.sqlite'}"


class Settings(BaseSettings):
    """Every setting, from PRECISION_HOOKS_<NAME> or from the TOML file that PRECISION_HOOKS_CONFIG names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    base_url: str = ""  #: the public URL under which clients call
    cors_origins: Listed = ()  #: exact origins of browser clients
    fhir_servers: Listed = ()  #: base URLs that may be called; empty: see `development`
    deadline_ms: int = Field(default=800, ge=50, le=30_000)  #: for one whole call
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    fhir_page_limit: int = Field(default=20, ge=1, le=1000)  #: pages of one search
    fhir_byte_limit: int = Field(default=16 * 1024 * 1024, ge=1024)  #: decoded bytes of one search
    store_url: str = Field(default_factory=_default_store)
    comment_key: SecretStr | None = None  #: Fernet key: without it the comments in feedback are not kept
    strict: bool = False  #: one resource of another patient distrusts its whole prefetch key

    @property
    def development(self) -> bool:
        """Bound to this machine alone. Then, and only then, FHIR servers need not be listed and may be http on loopback."""
        return is_loopback(self.host)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get(CONFIG)
        return (init_settings, env_settings, *((TomlConfigSettingsSource(settings_cls, Path(file)),) if file else ()))

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str:
        if value and not base_of(value):
            raise ValueError("is not a plain http(s) URL; give the URL that clients call, such as https://cds.example.org")
        return base_of(value)

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin in ("*", "null"):
                raise ValueError(
                    f"may not hold '{origin}', which lets any page read answers; list the exact origins, such as https://ehr.example.org"
                )
            if not origin or origin_of(origin) != origin:
                raise ValueError(
                    "must list bare origins in lower case: scheme, host and port, no path, no default port (https://ehr.example.org)"
                )
        return value

    @field_validator("store_url")
    @classmethod
    def _store(cls, value: str) -> str:
        if not value.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must be an SQLAlchemy URL of SQLite or PostgreSQL, such as sqlite:////var/lib/precision-hooks/store.sqlite")
        return value

    @field_validator("comment_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        from cryptography.fernet import Fernet  # on use: most installations set no key

        try:
            if value is not None:
                Fernet(value.get_secret_value())
        except ValueError:
            raise ValueError(
                "is not a Fernet key: 32 bytes in URL-safe base64; make one with cryptography's Fernet.generate_key()"
            ) from None
        return value

    @model_validator(mode="after")
    def _servers(self) -> Settings:
        for server in self.fhir_servers:
            if not base_of(server):
                raise ValueError("fhir_servers: must list base URLs without user, query or fragment, such as https://ehr.example.org/fhir")
            if server.startswith("http:") and not (self.development and is_loopback(urlsplit(server).hostname or "")):
                raise ValueError(
                    "fhir_servers: http:// would show tokens to the network; it is allowed to loopback only, with host on loopback"
                )
        return self


def load_settings(**given: Any) -> Settings:
    """Read and check every setting; `given` (from the command line) wins over environment and file. Raises SettingsError."""
    unknown = sorted(
        n for n in os.environ if n.startswith(PREFIX) and n not in _NOT_SETTINGS and n[len(PREFIX) :].lower() not in Settings.model_fields
    )
    if unknown:
        known = ", ".join(PREFIX + name.upper() for name in Settings.model_fields)
        raise SettingsError(
            f"{', '.join(unknown)}: there is no such setting, so it would silently do nothing. Known are {known}, {CONFIG}."
        )
    file = os.environ.get(CONFIG)
    if file and not Path(file).is_file():
        raise SettingsError(f"{CONFIG}: there is no such file, so none of its settings would hold. Correct the path, or unset {CONFIG}.")
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(e["loc"], e["msg"]) for e in error.errors())) from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{CONFIG}: the file cannot be read as TOML ({error}). Correct it, or unset {CONFIG}.") from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    told = message.removeprefix("Value error, ")
    name, told = (str(place[0]), told) if place else (told.partition(": ")[0], told.partition(": ")[2])
    return f"{PREFIX}{name.upper()} ({name} in the configuration file): {told}."


def settings_or_exit(**given: Any) -> Settings:
    """For a process that starts: the settings, or the message on stderr and exit status 2."""
    try:
        return load_settings(**given)
    except SettingsError as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    print(f"precision-hooks does not start: {message}", file=sys.stderr)
    raise SystemExit(2)
