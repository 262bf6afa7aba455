"""What an operator may set, and the sentence that names what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from cds_service.addresses import base_of, origin_of
from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings, load_settings, settings_or_exit


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [n for n in os.environ if n.startswith("PRECISION_HOOKS_")]:
        monkeypatch.delenv(name)


def test_the_defaults_are_for_this_machine_alone() -> None:
    made = load_settings()
    assert (made.host, made.port, made.deadline_ms, made.max_body_bytes, made.cors_origins) == ("127.0.0.1", 8080, 800, 8 * 1024 * 1024, ())
    assert made.development
    with pytest.raises(SettingsError, match="nothing says who may call"):
        load_settings(host="0.0.0.0")


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "hooks.toml"
    file.write_text('port = 1\nhost = "::1"\ndeadline_ms = 500\ncors_origins = ["https://a.example.org"]\n')
    monkeypatch.setenv("PRECISION_HOOKS_CONFIG", str(file))
    monkeypatch.setenv("PRECISION_HOOKS_PORT", "2")
    monkeypatch.setenv("PRECISION_HOOKS_FHIR_SERVERS", "https://a.example.org/fhir, https://b.example.org")
    made = load_settings(deadline_ms=300)
    assert (made.port, made.host, made.deadline_ms) == (2, "::1", 300)
    assert made.cors_origins == ("https://a.example.org",)
    assert made.fhir_servers == ("https://a.example.org/fhir", "https://b.example.org")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "http", "integer"),
        ("DEADLINE_MS", "0", "greater than or equal to 50"),
        ("CORS_ORIGINS", "*", "exact origins"),
        ("CORS_ORIGINS", "null", "exact origins"),
        ("CORS_ORIGINS", "https://ehr.example.org/", "no path"),
        ("CORS_ORIGINS", "https://EHR.example.org", "lower case"),
        ("CORS_ORIGINS", "https://ehr.example.org:443", "no default port"),
        ("FHIR_SERVERS", "ftp://x", "base URLs"),
        ("FHIR_SERVERS", "https://user:secret@x/fhir", "without user"),
        ("FHIR_SERVERS", "http://ehr.example.org/fhir", "loopback only"),
        ("BASE_URL", "cds.example.org", "plain http(s) URL"),
        ("COMMENT_KEY", "secret", "Fernet"),
        ("STRICT", "perhaps", "boolean"),
        ("MEMORY", "perhaps", "boolean"),
        ("MEMORY_KEY", "secret", "32 characters"),
        ("MEMORY_MONTHS", "0", "greater than or equal to 1"),
        ("MOST_INFO", "-1", "greater than or equal to 0"),
        ("STORE_URL", "/var/lib/secret.sqlite", "SQLAlchemy URL"),
    ],
)
def test_fault_G15_a_wrong_setting_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"PRECISION_HOOKS_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"PRECISION_HOOKS_{name} ({name.lower()} in the configuration file): ")
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


def test_fault_G15_http_servers_are_refused_when_not_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(fhir_servers=["http://localhost:8090/fhir"]).fhir_servers
    with pytest.raises(SettingsError, match="FHIR_SERVERS"):
        load_settings(fhir_servers=["http://ehr.example.org/fhir"])


def test_fault_G15_an_unknown_variable_and_an_unknown_member_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "hooks.toml"
    file.write_text("deadline = 5\n")
    monkeypatch.setenv("PRECISION_HOOKS_CONFIG", str(file))
    with pytest.raises(SettingsError, match="DEADLINE "):
        load_settings()
    monkeypatch.setenv("PRECISION_HOOKS_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match="no such file"):
        load_settings()
    file.write_text("deadline_ms = = 5\n")
    monkeypatch.setenv("PRECISION_HOOKS_CONFIG", str(file))
    with pytest.raises(SettingsError, match="TOML"):
        load_settings()
    monkeypatch.delenv("PRECISION_HOOKS_CONFIG")
    monkeypatch.setenv("PRECISION_HOOKS_DEADLINE", "5")
    with pytest.raises(SettingsError, match="PRECISION_HOOKS_DEADLINE_MS"):
        load_settings()


def test_fault_G15_a_process_that_starts_ends_with_the_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PRECISION_HOOKS_PORT", "x")
    with pytest.raises(SystemExit) as caught:
        settings_or_exit()
    assert caught.value.code == 2
    assert "PRECISION_HOOKS_PORT" in capsys.readouterr().err


def test_security_S37_only_exact_origins() -> None:
    with pytest.raises(SettingsError, match="lets any page read"):
        load_settings(cors_origins=["https://a.example.org", "*"])


def test_the_store_lies_in_the_state_directory_or_in_var(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert load_settings().store_url == f"sqlite:///{tmp_path}/precision-hooks/store.sqlite"

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    assert load_settings().store_url.endswith("/var/store.sqlite")


def test_keys_are_not_shown() -> None:
    key = Fernet.generate_key().decode()
    assert key not in repr(load_settings(comment_key=key, memory_key=key))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://EHR.Example.org:443/Fhir", "https://ehr.example.org"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("https://a.example.org:8443", "https://a.example.org:8443"),
        ("https://a@b", ""),
        ("https://a\\b", ""),
        ("javascript:1", ""),
        ("https://[x", ""),
        ("https://a:b", ""),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "base"),
    [("https://a/FHIR/", "https://a/FHIR"), ("https://a/..", ""), ("https://a/%2e", ""), ("https://a?", ""), ("https://a//b", "")],
)
def test_bases(url: str, base: str) -> None:
    assert base_of(url) == base


def test_settings_do_not_change() -> None:
    made: Any = Settings()
    with pytest.raises(Exception, match="cannot assign"):
        made.port = 1
