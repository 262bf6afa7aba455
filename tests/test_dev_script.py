"""./dev on machines that lack something: what it says, and that it touches nothing then. Not the installation itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.source_scan import ROOT

TOOLS = ("sh", "cat", "cksum", "dirname", "grep", "mkdir", "rm", "tail")
OLD = """case "$2" in
  *version_info*3,*) exit 1 ;;
  *) echo "python3 here is Python 3.9.2" ;;
esac"""
NO_VENV = """case "$2" in
  *ensurepip*) exit 1 ;;
  *print*) echo 3.12 ;;
esac"""
#: Makes a .venv whose pip fails with the words of $PIP_SAYS.
NO_NETWORK = """if [ "$2" = venv ]; then
  mkdir "$3/bin"
  printf '#!/bin/sh\\n[ "$2" = pip ] || exit 0\\necho "%s" >&2\\nexit 1\\n' "$PIP_SAYS" >"$3/bin/python"
  chmod +x "$3/bin/python"
fi"""

#: Makes a .venv whose python tells how it was called.
ECHOES = """if [ "$2" = venv ]; then
  mkdir "$3/bin"
  printf '#!/bin/sh\\necho ran: "$*"\\n' >"$3/bin/python"
  chmod +x "$3/bin/python"
fi"""


class Clone:
    """A copy of what ./dev reads, in a folder with blanks, on a machine that has the TOOLS and, where given, a python3."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin = folder / "my clone", folder / "bin"
        self.root.mkdir()
        self.bin.mkdir()
        shutil.copytree(ROOT / "requirements", self.root / "requirements")
        for name in ("dev", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        for tool in (*TOOLS, "chmod"):
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def python3(self, body: str) -> None:
        self.script(self.bin / "python3", body)

    def script(self, file: Path, body: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        file.chmod(0o755)

    def dev(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": str(self.bin), **environment}
        return subprocess.run([self.root / "dev", *arguments], cwd=self.bin, env=env, capture_output=True, text=True, timeout=20)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_scripts_are_understood_by_every_shell(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    subprocess.run([shell, "-n", ROOT / "dev"], check=True)
    if shell == "bash":
        subprocess.run([shell, "-n", ROOT / ".ci" / "run"], check=True)


def test_help_needs_no_python(clone: Clone) -> None:
    for arguments in ((), ("help",), ("--help",)):
        done = clone.dev(*arguments)
        assert done.returncode == 0
        assert all(f"\n  {command} " in done.stdout for command in ("demo", "test", "lint", "bench", "help"))


def test_an_unknown_command_is_refused(clone: Clone) -> None:
    done = clone.dev("deploy")
    assert done.returncode == 2
    assert "no command 'deploy'" in done.stderr


def test_no_python_at_all(clone: Clone) -> None:
    done = clone.dev("demo")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed. There is no python3 here" in done.stderr
    assert "apt-get install" in done.stderr


def test_a_python_that_is_too_old(clone: Clone) -> None:
    clone.python3(OLD)
    done = clone.dev("test")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed. python3 here is Python 3.9.2" in done.stderr
    assert not (clone.root / ".venv").exists()


def test_a_newer_python_beside_an_old_one_is_taken(clone: Clone) -> None:
    clone.python3(OLD)
    clone.script(clone.bin / "python3.12", NO_VENV)
    assert "python3.12 (Python 3.12) cannot make a virtual environment" in clone.dev("test").stderr


def test_a_python_without_venv(clone: Clone) -> None:
    clone.python3(NO_VENV)
    done = clone.dev("demo")
    assert done.returncode == 1
    assert "apt-get install python3.12-venv" in done.stderr
    assert not (clone.root / ".venv").exists()


@pytest.mark.parametrize(
    ("pip_says", "told"),
    [
        ("Failed to establish a new connection: Temporary failure in name resolution", "index could not be reached"),
        ("ERROR: No matching distribution found for annotated-types==0.8.0", "index could not be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one that was locked"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: something new", "When the cause is mended"),
    ],
)
def test_an_installation_that_fails(clone: Clone, pip_says: str, told: str) -> None:
    clone.python3(NO_NETWORK)
    done = clone.dev("demo", PIP_SAYS=pip_says)
    assert done.returncode == 1
    assert pip_says in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((clone.root / ".venv").glob("stamp-*"))


def test_a_half_made_environment_is_made_anew(clone: Clone) -> None:
    clone.python3(NO_NETWORK)
    clone.dev("demo", PIP_SAYS="cut off")
    (clone.root / ".venv" / "left over").touch()
    done = clone.dev("demo", PIP_SAYS="cut off")
    assert "making it anew" in done.stderr
    assert not (clone.root / ".venv" / "left over").exists()


def test_an_environment_that_stands_is_used_until_the_lock_changes(clone: Clone) -> None:
    clone.python3(ECHOES)
    assert "installing requirements/test.txt" in clone.dev("test", "-k", "a b").stderr
    again = clone.dev("test", "-k", "a b")
    assert (again.stderr, again.returncode) == ("", 0)
    assert "ran: -m pytest -k a b" in again.stdout
    assert "ran: -m pytest -n 3" in clone.dev("test").stdout
    assert "ran: -m pytest -m long -x" in clone.dev("test", "long", "-x").stdout
    with (clone.root / "requirements" / "test.txt").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    changed = clone.dev("test")
    assert "making it anew" in changed.stderr
    assert "installing requirements/test.txt" in changed.stderr


def test_without_the_cohort_the_tests_run_all_the_same(clone: Clone) -> None:
    clone.python3(ECHOES)
    clone.dev("test")
    clone.script(clone.root / ".venv" / "bin" / "python", 'case "$*" in *download*) exit 1 ;; *) echo ran: "$*" ;; esac')
    shutil.rmtree(clone.root / ".cohort")
    done = clone.dev("test")
    assert "cohort.txt could not be downloaded" in done.stderr
    assert "ran: -m pytest -n 3" in done.stdout
    assert not (clone.root / ".cohort").exists()
