"""Whatever is wrong with one file, the watcher lives and every other file takes effect: the kill switch above all."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cds_service.app import create_state, holder_of
from cds_service.errors import StoreUnavailable
from cds_service.logs import Log
from cds_service.rebuild import exported
from cds_service.reload import Holder
from cds_service.settings import Settings
from models.errors import KnowledgeError

Parts = dict[str, str]


@dataclass
class Files:
    """Two files whose snapshot is their text; what a text brings about stands in `fails`."""

    folder: Path
    fails: dict[str, Exception] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    applied: list[frozenset[str]] = field(default_factory=list)
    unrecorded: Exception | None = None

    def __post_init__(self) -> None:
        self.write(knowledge="1", switches="on")
        watched = {name: str(self.folder / name) for name in ("knowledge", "switches")}
        first = {"knowledge": "1", "switches": "on"}
        self.holder = Holder(first, watched, self.rebuild, every=0.01, changed=self.changed, refused=self.told.append)

    def rebuild(self, old: Parts, what: frozenset[str]) -> Parts:
        texts = {name: (self.folder / name).read_text() for name in what}
        for text in texts.values():
            if text in self.fails:
                raise self.fails[text]
        if texts.get("switches") == "needs 22" and (old | texts)["knowledge"] != "22":
            raise KnowledgeError("switches: names what is not known")
        return old | texts

    def changed(self, old: Parts, new: Parts, what: frozenset[str]) -> None:
        self.applied.append(what)
        if self.unrecorded:
            raise self.unrecorded

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            beside = self.folder / f"{name}.new"
            beside.write_text(text)
            beside.replace(self.folder / name)  # another inode: the stamp differs whatever the clock says

    def look(self) -> Parts:
        self.holder.look()
        self.holder.look()
        return self.holder._snapshot

    def until(self, part: str, text: str) -> bool:
        """The watcher found it by itself."""
        return any(self.holder.current()[part] == text or self.holder._ended.wait(0.01) for _ in range(2000))


@pytest.fixture
def both(tmp_path: Path) -> Files:
    return Files(tmp_path)


BAD_BYTES = UnicodeDecodeError("utf-8", b"\xe2", 0, 1, "secret text")
WRONG = [KnowledgeError("k: is wrong"), BAD_BYTES, RecursionError(), KeyError("secret text")]


@pytest.mark.parametrize("error", WRONG, ids=lambda error: type(error).__name__)
def test_fault_F02_no_error_of_a_file_ends_the_watcher(both: Files, error: Exception) -> None:
    both.fails["bad"] = error
    both.holder.current()
    both.write(knowledge="bad")
    assert any(both.holder.problem or both.holder._ended.wait(0.01) for _ in range(2000))
    assert "secret" not in both.holder.problem
    both.write(switches="off")
    assert both.until("switches", "off")
    both.write(knowledge="2")
    assert both.until("knowledge", "2")
    assert both.holder.problem == ""
    both.holder.close()


@pytest.mark.parametrize("together", [True, False])
def test_a_broken_file_does_not_hold_back_another(both: Files, together: bool) -> None:
    both.fails["bad"] = KnowledgeError("k: is wrong")
    both.write(knowledge="bad")
    if not together:
        both.look()
    both.write(switches="off")
    assert both.look() == {"knowledge": "1", "switches": "off"}
    assert both.holder.problem == "knowledge: k: is wrong"
    assert both.told == ["knowledge: k: is wrong"], "told once"
    assert both.applied == [frozenset({"switches"})]
    both.write(knowledge="2")
    assert both.look() == {"knowledge": "2", "switches": "off"}
    assert both.holder.problem == ""


def test_what_waited_for_another_file_takes_effect_with_it(both: Files) -> None:
    both.write(switches="needs 22")
    assert both.look()["switches"] == "on"
    both.write(knowledge="22")
    assert both.look() == {"knowledge": "22", "switches": "needs 22"}
    assert both.holder.problem == ""


def test_a_change_that_cannot_be_recorded_holds_and_is_told(both: Files) -> None:
    both.unrecorded = StoreUnavailable("the store is out of reach")
    both.holder.current()
    both.write(switches="off")
    assert both.until("switches", "off")
    both.write(switches="on again")
    assert both.until("switches", "on again")
    assert both.told[0] == "switches: in force, but not recorded: the store is out of reach"
    both.holder.close()


def test_no_path_is_told_of_a_file_that_is_gone(both: Files) -> None:
    (both.folder / "knowledge").unlink()
    both.look()
    assert both.holder.problem == "knowledge: knowledge: No such file or directory"


def test_the_kill_switch_holds_while_knowledge_is_broken(tmp_path: Path) -> None:
    """The whole way, with the real files."""
    folder, switches = tmp_path / "knowledge", tmp_path / "switches.toml"
    exported(folder)
    switches.write_text("", "utf-8")
    settings = Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", knowledge=str(folder), switches=str(switches))
    holder = holder_of(create_state(settings, log=Log(io.StringIO()), remember=False))
    guideline = folder / "guidelines" / "clopidogrel.cpic.toml"
    guideline.write_bytes(guideline.read_bytes()[:1000])
    holder.look()
    holder.look()
    switches.write_text('[[switch]]\nmode = "off"\nowner = "on call"\nreason = "wrong cards"\nsince = "2026-11-26"\n', "utf-8")
    holder.look()
    holder.look()
    assert holder._snapshot.switches.mode("any", "precision-order-sign", "Practitioner/1") == "off"
    assert holder.problem.startswith("knowledge: ")
