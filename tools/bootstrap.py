"""Make .venv hold what the lock names, with uv where there is one and with pip where not."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """The environment cannot be made. The message says what to do about it."""


def main() -> int:
    try:
        prepare(ROOT, shutil.which("uv"))
    except SetupError as error:
        print(f"bootstrap: {error}", file=sys.stderr)
        return 1
    return 0


def prepare(root: Path, uv: str | None) -> bool:
    """Bring `root/.venv` up to date; False when it already was."""
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]};"
            " try: make PYTHON=python3.12 ..."
        )
    stamp, want = root / ".venv" / ".stamp", fingerprint(root)
    if stamp.exists() and stamp.read_text() == want:
        return False
    print("Setting up .venv; this takes about half a minute the first time.", flush=True)
    python = make_venv(root / ".venv")
    install(root, _with_uv(uv, python) if uv else _with_pip(python))
    # Written last, so that whatever was interrupted before is done again.
    stamp.write_text(want)
    return True


def fingerprint(root: Path) -> str:
    """Changes when the lock, the project's own metadata or the Python does."""
    parts = (root / "requirements-dev.lock", root / "pyproject.toml")
    told = b"".join(part.read_bytes() for part in parts) + f"{sys.version} {root}".encode()
    return hashlib.sha256(told).hexdigest()


def make_venv(where: Path) -> Path:
    """Its Python. What is there is kept if it works; what is half made, or of another Python, goes.

    Made without pip: Debian without python3-venv fails at that step and leaves a broken directory.
    """
    python = where / "bin" / "python"
    if not _runs_like_us(python):
        venv.EnvBuilder(with_pip=False, clear=True, symlinks=True).create(where)
    return python


def install(root: Path, installer: list[str]) -> None:
    """Everything the lock names, each file by its hash, then the project itself as a link."""
    lock = str(root / "requirements-dev.lock")
    _run(root, [*installer, "--require-hashes", "--only-binary", ":all:", "-r", lock])
    # hatchling is in the lock, so this last step asks no index for anything.
    _run(root, [*installer, "--no-deps", "--no-build-isolation", "-e", str(root)])


def _with_uv(uv: str, python: Path) -> list[str]:
    return [uv, "pip", "install", "--quiet", "--python", str(python)]


def _with_pip(python: Path) -> list[str]:
    pip = [str(python), "-m", "pip"]
    if not _works([*pip, "--version"]) and not _works([str(python), "-m", "ensurepip"]):
        raise SetupError(
            "this Python comes without ensurepip and there is no uv;"
            " install one of them (Debian: apt install python3-venv) and run make again"
        )
    return [*pip, "--disable-pip-version-check", "install", "--quiet"]


def _runs_like_us(python: Path) -> bool:
    say = "import sys; raise SystemExit(sys.version != sys.argv[1])"
    return python.exists() and _works([str(python), "-c", say, sys.version])


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(root: Path, command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, cwd=root)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"could not install what the lock names: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
