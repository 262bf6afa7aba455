"""Settings as they may be shown to others."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from cds_service.cli import main
from cds_service.doctor.shown import shown, without_password
from cds_service.settings import Settings

SECRET = "f3a1c95e7d2b8046f3a1c95e7d2b8046"


def test_security_S59_no_secret_is_shown() -> None:
    key = Fernet.generate_key().decode()
    given: dict[str, Any] = {"memory_key": SECRET, "audit_key": SECRET, "metrics_key": SECRET, "comment_key": key, "profile_key": key}
    url = f"postgresql://cds:{SECRET}@db.example.org:5432/cds?sslmode=require&password={SECRET}"
    told = shown(Settings(store_url=url, **given))
    assert SECRET not in json.dumps(told) and key not in json.dumps(told)
    assert {told[name] for name in given} == {"set"}
    assert told["store_url"] == "postgresql://cds:***@db.example.org:5432/cds?sslmode=require&password=***"
    assert {shown(Settings())[name] for name in given} == {"not set"}


def test_security_S59_every_setting_is_shown_and_every_secret_is_known_as_one() -> None:
    told = shown(Settings())
    assert told.keys() == {f.name for f in fields(Settings)}
    assert {f.name for f in fields(Settings) if f.name.endswith("_key")} == {f.name for f in fields(Settings) if not f.repr}


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////var/lib/store.sqlite", "sqlite:////var/lib/store.sqlite"),
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://user@host/db", "postgresql://user@host/db"),
        ("postgresql://user:p%40ss:w@host/db", "postgresql://user:***@host/db"),
        ("postgresql://user:a@b@host/db", "postgresql://user:***@host/db"),
        (
            "postgresql://host/db?sslpassword=x&token=y&connect_timeout=2",
            "postgresql://host/db?sslpassword=***&token=***&connect_timeout=2",
        ),
        ("postgresql://[broken/db?password=x", "***"),
    ],
)
def test_passwords_are_taken_out_of_urls(url: str, told: str) -> None:
    assert without_password(url) == told


def test_security_S59_config_show_prints_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", f"postgresql://cds:{SECRET}@db/cds")
    monkeypatch.setenv("PRECISION_HOOKS_METRICS_KEY", SECRET)
    for options in ([], ["--json"]):
        done = CliRunner().invoke(main, ["config", "show", *options])
        assert done.exit_code == 0 and SECRET not in done.output and "metrics_key" in done.output
    assert json.loads(done.output)["metrics_key"] == "set"
