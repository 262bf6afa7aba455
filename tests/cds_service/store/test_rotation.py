"""Keys that are changed: what was encrypted before is read, encrypted anew, and read without the old key. Both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from cds_service.errors import StoreUnavailable
from cds_service.store.audit import AuditLog
from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import Item
from cds_service.store.rotation import Rotated, rotate_comments, rotate_profiles
from cds_service.store.sealing import Sealing
from tests.support.audits import NOW, column, entry

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def feedback(url: str) -> Iterator[FeedbackStore]:
    made = FeedbackStore(url, OLD)
    made.keep("t", "s", [Item(f"c{n}", "overridden", NOW.isoformat(), comment=f"canary {n}") for n in range(450)], NOW)
    made.keep("t", "s", [Item("bare", "overridden", NOW.isoformat())], NOW)
    made.close()
    yield made
    made.close()


def comments(url: str, keys: str) -> list[str]:
    sealed = column(url, "SELECT comment FROM feedback WHERE comment IS NOT NULL ORDER BY id")
    return [Sealing(keys).open(bytes(token)).decode() for token in sealed]


def test_security_S60_comments_are_encrypted_anew_and_the_old_key_is_not_needed(feedback: FeedbackStore, url: str) -> None:
    assert rotate_comments(url, Sealing(f"{NEW},{OLD}")) == Rotated(450, 0)
    assert comments(url, NEW) == [f"canary {n}" for n in range(450)]
    with pytest.raises(ValueError, match="none of the keys"):
        comments(url, OLD)
    assert rotate_comments(url, Sealing(NEW)) == Rotated(450, 0)


def test_security_S60_the_first_key_encrypts_and_all_of_them_decrypt(url: str) -> None:
    store = FeedbackStore(url, f" {NEW} , {OLD} ")
    store.keep("t", "s", [Item("c", "overridden", NOW.isoformat(), comment="canary")], NOW)
    store.close()
    assert comments(url, NEW) == ["canary"] == comments(url, f"{OLD},{NEW}")


def test_what_no_key_decrypts_stays_as_it_is(feedback: FeedbackStore, url: str) -> None:
    assert rotate_comments(url, Sealing(OTHER)) == Rotated(0, 450)
    assert comments(url, OLD)[0] == "canary 0"


def test_security_S60_profiles_are_encrypted_anew_and_the_chain_holds(url: str) -> None:
    token, digest = Sealing(OLD).seal_profile(b"profile-canary")
    log = AuditLog(url)
    log.append([replace(entry(1, profile=digest), profile=token), entry(2)])
    assert rotate_profiles(url, Sealing(f"{NEW},{OLD}")) == Rotated(1, 0)
    assert log.verify().ok
    (kept,) = [line.entry for line in log.entries() if line.entry.profile]
    assert Sealing(NEW).open_profile(kept.profile, kept.details["profile"]) == b"profile-canary"
    log.close()


def test_a_profile_of_another_entry_is_not_taken_for_this_ones() -> None:
    sealing = Sealing(OLD)
    (token, digest), (_, other) = sealing.seal_profile(b"one"), sealing.seal_profile(b"one")
    assert digest != other  # nobody finds out by trying what it says
    assert sealing.open_profile(token, digest) == b"one"
    with pytest.raises(ValueError, match="not the profile"):
        sealing.open_profile(token, other)


def test_nothing_is_sealed_without_a_key() -> None:
    assert not Sealing("") and not Sealing(" , ") and Sealing(OLD)


def test_a_store_that_is_away_is_told() -> None:
    with pytest.raises(StoreUnavailable, match="Run the command again"):
        rotate_comments("postgresql+psycopg://nobody@127.0.0.1:1/nothing", Sealing(OLD))
