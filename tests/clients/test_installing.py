"""What `make` does to have the vendors' clients, with a stand-in for npm."""

from pathlib import Path

import pytest

from tools.clients import prepare


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "tests" / "clients").mkdir(parents=True)
    (root / "tests" / "clients" / "package.json").write_text('{"private": true}')
    return root


@pytest.fixture
def npm(tmp_path: Path) -> str:
    """Writes down where it was asked for what; fails while there is a file that says so."""
    script = tmp_path / "npm"
    script.write_text(
        '#!/bin/sh\nhere="$(dirname "$0")"\necho "$PWD: $@" >>"$here/asked"\n'
        'test ! -e "$here/failing" || { echo "npm error: no such host" >&2; exit 1; }\n'
    )
    script.chmod(0o755)
    return str(script)


def asked(npm: str) -> list[str]:
    log = Path(npm).with_name("asked")
    return log.read_text().splitlines() if log.exists() else []


def test_they_are_installed_beside_the_environment_and_run_nothing(
    checkout: Path, npm: str
) -> None:
    said = prepare(checkout, "node", npm)

    where = checkout / ".venv" / "clients"
    assert said == "clients: fetched the vendors' JavaScript clients for tests/clients"
    assert (where / "package.json").read_text() == '{"private": true}'
    assert asked(npm)[0].startswith(f"{where}: install --no-package-lock --ignore-scripts ")


def test_what_is_up_to_date_is_left_alone(checkout: Path, npm: str) -> None:
    prepare(checkout, "node", npm)

    assert prepare(checkout, "node", npm) is None
    assert len(asked(npm)) == 1


def test_a_change_of_what_is_wanted_installs_again(checkout: Path, npm: str) -> None:
    prepare(checkout, "node", npm)
    (checkout / "tests" / "clients" / "package.json").write_text("{}")
    prepare(checkout, "node", npm)

    assert len(asked(npm)) == 2


@pytest.mark.parametrize("there", [("node", None), (None, "npm")])
def test_without_node_or_npm_nothing_is_done_and_said_in_a_line(
    checkout: Path, there: tuple[str | None, str | None]
) -> None:
    said = prepare(checkout, *there)

    assert said is not None
    assert said.startswith("clients: no node or no npm here")
    assert not (checkout / ".venv").exists()


def test_what_cannot_be_fetched_is_said_and_tried_again(checkout: Path, npm: str) -> None:
    failing = Path(npm).with_name("failing")
    failing.touch()
    said = prepare(checkout, "node", npm)
    failing.unlink()

    assert said is not None
    assert said.endswith("skips them: npm error: no such host")
    assert prepare(checkout, "node", npm) is not None


def test_an_npm_that_does_not_run_is_no_failure(checkout: Path) -> None:
    said = prepare(checkout, "node", str(checkout / "nowhere"))

    assert said is not None
    assert "not fetched" in said
