"""Files that change while the service runs: what is in force when, and that a broken one changes nothing."""

from __future__ import annotations

import io
import os
import shutil
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.app import create_app, create_state, holder_of
from cds_service.cli import main
from cds_service.logs import Log
from cds_service.rebuild import DIGEST
from cds_service.reload import Holder, stamp
from cds_service.settings import Settings
from cds_service.store.audit import AuditLog
from models.errors import KnowledgeError
from models.knowledge.age import newest_source
from models.knowledge.load import FOLDERS, load


class Values:
    """Snapshots that are the text of one file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "value"
        self.file.write_text("1")
        self.changes: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.holder = Holder(
            "1",
            {"value": str(self.file)},
            self.rebuild,
            every=0.01,
            changed=lambda old, new, what: self.changes.append((old, new)),
            refused=self.problems.append,
        )

    def rebuild(self, old: str, what: frozenset[str]) -> str:
        text = self.file.read_text()
        if text == "wrong":
            raise KnowledgeError("value: is wrong; mend it")
        return text

    def write(self, text: str) -> None:
        self.file.write_text(text)
        os.utime(self.file, ns=(1, len(self.changes) + len(self.problems) + hash(text) % 10**9))


@pytest.fixture
def values(tmp_path: Path) -> Values:
    return Values(tmp_path)


def test_a_file_is_read_when_it_has_stopped_changing(values: Values) -> None:
    assert not values.holder.look()
    values.write("2")
    assert not values.holder.look(), "it may still be written"
    assert values.holder.look() and values.holder.current() == "2"
    assert not values.holder.look()
    assert values.changes == [("1", "2")]
    values.holder.close()


def test_fault_F02_a_broken_file_leaves_the_old_one_in_force(values: Values) -> None:
    values.write("wrong")
    values.holder.look()
    assert not values.holder.look() and values.holder.current() == "1"
    assert values.problems == ["value: value: is wrong; mend it"] == [values.holder.problem]
    assert not values.holder.look()
    assert len(values.problems) == 1, "told once"
    values.write("3")
    values.holder.look()
    assert values.holder.look() and (values.holder.current(), values.holder.problem) == ("3", "")
    values.holder.close()


def test_a_file_that_is_gone_is_as_a_broken_one(values: Values) -> None:
    values.file.unlink()
    values.holder.look()
    assert not values.holder.look() and values.holder.current() == "1" and values.holder.problem
    values.holder.close()


def test_the_watcher_finds_the_change_by_itself(values: Values) -> None:
    values.holder.current()
    values.write("2")
    for _ in range(2000):
        if values.holder.current() == "2":
            break
        values.holder._ended.wait(0.01)
    assert values.holder.current() == "2"
    values.holder.close()


def test_a_stamp_follows_a_link_to_another_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("same")
    link = tmp_path / "current"
    link.symlink_to("one")
    before = stamp(str(link))
    link.unlink()
    link.symlink_to("two")
    assert stamp(str(link)) != before
    assert stamp("") == () == stamp(str(tmp_path / "none"))


def copied(to: Path) -> Path:
    for folder in FOLDERS:
        shutil.copytree(Path(str(files("models.knowledge"))) / folder, to / folder)
    return to


class Site:
    """An installation with a folder of knowledge of its own, reached through a link as in a real roll-out."""

    def __init__(self, folder: Path) -> None:
        self.one, self.two = copied(folder / "one"), copied(folder / "two")
        source = self.two / "guidelines" / "clopidogrel.cpic.toml"
        source.write_text(source.read_text("utf-8") + "\n# read once more\n", "utf-8")
        self.link = folder / "current"
        self.log = io.StringIO()
        self.to("one")
        settings = Settings(store_url=f"sqlite:///{folder / 'store.sqlite'}", knowledge=str(self.link))
        self.state = create_state(settings, log=Log(self.log))
        self.holder = holder_of(self.state)
        self.client = create_app(state=self.state, holder=self.holder).test_client()
        self.audit = AuditLog(settings.store_url)

    def to(self, name: str) -> None:
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(name)

    def look(self) -> None:
        self.holder.look()
        self.holder.look()

    @property
    def ready(self) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get("/ready").get_json()
        return told


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("knowledge"))


def test_fault_F01_F12_new_knowledge_and_back_again(site: Site) -> None:
    first, pinned = site.ready["knowledge"], site.holder.current()
    assert first == load().digest
    site.to("two")
    site.look()
    second = site.ready["knowledge"]
    assert second != first
    assert pinned.knowledge.digest == first, "a call that began before keeps what it began with"
    assert f'precision_hooks_knowledge_info{{digest="{second}"}} 1.0' in site.client.get("/metrics").text
    site.to("one")
    site.look()
    assert site.ready["knowledge"] == first
    audited = site.log.getvalue().count('"event":"reloaded"')
    assert audited == 2


@pytest.mark.parametrize("damage", ["cut", "gone", "contradiction"])
def test_fault_F02_F04_a_damaged_folder_is_not_used(site: Site, damage: str) -> None:
    first = site.ready["knowledge"]
    file = site.two / "guidelines" / "clopidogrel.cpic.toml"
    whole = file.read_text("utf-8")
    if damage == "gone":
        (site.two / "drugs" / "ingredients.tsv").rename(site.two / "drugs" / "ingredients.away")
    else:
        file.write_text(whole[: len(whole) // 2] if damage == "cut" else whole.replace("CYP2C19 =", "CYP2C99 ="), "utf-8")
    site.to("two")
    site.look()
    assert site.ready["knowledge"] == first and site.ready["status"] == "degraded"
    assert "clopidogrel.cpic.toml" in site.ready["notLoaded"] or damage == "gone"
    file.write_text(whole, "utf-8")
    if damage == "gone":
        (site.two / "drugs" / "ingredients.away").rename(site.two / "drugs" / "ingredients.tsv")
    site.to("one")
    site.look()
    assert site.ready["status"] == "ready"


def test_fault_F03_a_folder_with_another_digest_than_it_says_is_not_used(site: Site) -> None:
    first = site.ready["knowledge"]
    (site.two / DIGEST).write_text("0123456789ab\n")
    site.to("two")
    site.look()
    assert site.ready["knowledge"] == first
    assert "0123456789ab" in site.ready["notLoaded"]
    assert site.audit.entries(event="security", limit=1), "a security event"
    (site.two / DIGEST).write_text(load(site.two).digest + "\n")
    site.look()
    assert site.ready["status"] == "ready" and site.ready["knowledge"] != first
    (site.two / DIGEST).unlink()
    site.to("one")
    site.look()


def test_fault_F11_several_processes_come_to_the_same_knowledge(site: Site) -> None:
    """Each looks for itself; two holders stand for two processes."""
    other = holder_of(site.state)
    site.to("two")
    for holder in (site.holder, other):
        holder.look()
        holder.look()
    assert site.holder.current().knowledge.digest == other.current().knowledge.digest == load(site.two).digest
    site.to("one")
    site.look()


def test_fault_F07_old_knowledge_is_told(site: Site, tmp_path: Path) -> None:
    known = site.holder.current().knowledge
    later = datetime.fromisoformat(newest_source(known)).replace(tzinfo=UTC) + timedelta(days=401)
    state = create_state(Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}"), known, log=Log(io.StringIO()), now=lambda: later)
    told = create_app(state=state).test_client().get("/ready").get_json()
    assert (told["status"], told["knowledgeFrom"]) == ("degraded", newest_source(known))
    assert "precision_hooks_knowledge_newest_source 1." in state.metrics.text().decode()


def test_knowledge_is_exported_checked_and_put_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mine"
    done = CliRunner().invoke(main, ["knowledge", "export", str(folder)])
    digest = load().digest
    assert (done.exit_code, digest in done.output) == (0, True)
    assert (folder / DIGEST).read_text() == f"{digest}\n"
    assert "is not empty" in CliRunner().invoke(main, ["knowledge", "export", str(folder)]).output
    assert f"Sound. Digest {digest}" in CliRunner().invoke(main, ["knowledge", "check", "--folder", str(folder)]).output
    (folder / "genes" / "CYP2C19.toml").unlink()
    assert CliRunner().invoke(main, ["knowledge", "check", "--folder", str(folder)]).exit_code == 2
