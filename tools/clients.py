"""Fetch the vendors' own JavaScript clients, which judge our stand-ins in tests/clients."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUIETLY = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def main() -> int:
    """Never a failure: where the clients are not to be had, the tests that need them are skipped,
    and say so."""
    print_unless_silent(prepare(ROOT, shutil.which("node"), shutil.which("npm")))
    return 0


def prepare(root: Path, node: str | None, npm: str | None) -> str | None:
    """Bring `root/.venv/clients` up to date; what was done, in a line, or None for nothing.

    No lock is written, since it would name the registry of whoever wrote it; the clients are
    pinned by name. What they bring along may not run anything when it is installed.
    """
    if node is None or npm is None:
        return "clients: no node or no npm here, so tests/clients skips the vendors' JavaScript"
    where = root / ".venv" / "clients"
    wanted = (root / "tests" / "clients" / "package.json").read_bytes()
    stamp, want = where / ".stamp", hashlib.sha256(wanted).hexdigest()
    if stamp.exists() and stamp.read_text() == want:
        return None
    where.mkdir(parents=True, exist_ok=True)
    (where / "package.json").write_bytes(wanted)
    if (failure := install(npm, where)) is not None:
        return f"clients: not fetched, so tests/clients skips them: {failure}"
    # Written last, so that whatever was interrupted before is done again.
    stamp.write_text(want)
    return "clients: fetched the vendors' JavaScript clients for tests/clients"


def install(npm: str, where: Path) -> str | None:
    """With the registry that this machine is set up for. Why it did not work, or None."""
    command = [npm, "install", "--no-package-lock", "--ignore-scripts", "--fetch-retries=1"]
    try:
        subprocess.run(
            [*command, *QUIETLY], cwd=where, check=True, capture_output=True, text=True, timeout=300
        )
    except subprocess.CalledProcessError as error:
        said = str(error.stderr).strip()
        return said.partition("\n")[0] or "npm failed without a word"
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


def print_unless_silent(line: str | None) -> None:
    if line is not None:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
