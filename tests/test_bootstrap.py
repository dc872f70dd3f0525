"""What `make` does before all else, on real environments, with a stand-in for uv."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.bootstrap import SetupError, fingerprint, make_venv, prepare


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "requirements-dev.lock").write_text("aiohttp==3.14.5\n")
    (root / "pyproject.toml").write_text("[project]\n")
    return root


@pytest.fixture
def uv(tmp_path: Path) -> str:
    """Writes down what it was asked for; fails while there is a file that says so."""
    script = tmp_path / "uv"
    script.write_text('#!/bin/sh\ncd "$(dirname "$0")"\necho "$@" >>asked\ntest ! -e failing\n')
    script.chmod(0o755)
    return str(script)


def asked(uv: str) -> list[str]:
    log = Path(uv).with_name("asked")
    return log.read_text().splitlines() if log.exists() else []


def test_it_installs_the_lock_by_hash_and_then_the_project_as_a_link(
    checkout: Path, uv: str
) -> None:
    prepare(checkout, uv)

    assert len(asked(uv)) == 2
    assert "--require-hashes" in asked(uv)[0]
    assert asked(uv)[0].endswith("requirements-dev.lock")
    assert asked(uv)[1].endswith(f"--no-deps --no-build-isolation -e {checkout}")


def test_what_is_up_to_date_is_left_alone(checkout: Path, uv: str) -> None:
    assert prepare(checkout, uv)
    assert not prepare(checkout, uv)
    assert len(asked(uv)) == 2


@pytest.mark.parametrize("name", ["requirements-dev.lock", "pyproject.toml"])
def test_a_change_of_what_is_wanted_installs_again(checkout: Path, uv: str, name: str) -> None:
    prepare(checkout, uv)
    (checkout / name).write_text("changed\n")

    assert prepare(checkout, uv)
    assert len(asked(uv)) == 4


def test_what_failed_half_way_is_done_again(checkout: Path, uv: str) -> None:
    failing = Path(uv).with_name("failing")
    failing.touch()
    with pytest.raises(SetupError, match="could not install what the lock names"):
        prepare(checkout, uv)
    failing.unlink()

    assert prepare(checkout, uv)


def test_a_half_made_environment_is_made_anew(checkout: Path) -> None:
    broken = checkout / ".venv" / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.symlink_to("/nowhere/python")

    python = make_venv(checkout / ".venv")

    told = subprocess.check_output([python, "-c", "import sys; print(sys.version)"], text=True)
    assert told.strip() == sys.version.strip()


def test_an_environment_that_works_is_kept(checkout: Path) -> None:
    make_venv(checkout / ".venv")
    kept = checkout / ".venv" / "kept"
    kept.touch()
    make_venv(checkout / ".venv")

    assert kept.exists()


def test_an_environment_of_another_python_is_made_anew(checkout: Path) -> None:
    python = make_venv(checkout / ".venv")
    python.unlink()
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    make_venv(checkout / ".venv")

    assert subprocess.run([python, "-c", ""], check=False).returncode == 0


def test_a_checkout_that_moved_is_linked_anew(checkout: Path) -> None:
    before = fingerprint(checkout)
    moved = checkout.rename(checkout.with_name("moved"))

    assert fingerprint(moved) != before
