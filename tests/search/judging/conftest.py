"""Both databases for the store's tests; PostgreSQL is a real server of the session's own."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from search.judging.judgment import Judgment, text_hash
from search.judging.store import JudgmentStore


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The socket folder of a running server, whose superuser is postgres."""
    binaries = {name: _binary(name) for name in ("initdb", "pg_ctl")}
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    as_user: list[str] = []
    if os.getuid() == 0:  # which the server refuses
        if subprocess.run(["id", "postgres"], capture_output=True).returncode:
            subprocess.run(["useradd", "--system", "postgres"], check=True)
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(name: str, *arguments: str) -> None:
        command = [*as_user, binaries[name], "-D", f"{folder}/data", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{name} failed: {done.stdout}{done.stderr}"

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "start", "-w", "-l", f"{folder}/log", "-o", options)
        yield folder
        run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nothing has opened yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'judgments.sqlite'}"
    server: Path = request.getfixturevalue("postgres")
    name = f"judgments_{uuid.uuid4().hex}"
    with psycopg.connect(host=str(server), user="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"postgresql+psycopg://postgres@/{name}?host={server}"


@pytest.fixture
def store(url: str) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(url) as store:
        yield store


@pytest.fixture
def judgment() -> Judgment:
    return Judgment(
        query="какова глубина Байкала",
        passage_id="baikal#2",
        document_id="baikal",
        text_hash=text_hash("Глубина Байкала — 1642 метра."),
        annotator="Мария",
        grade=3,
        comment="ответ в первом предложении",
        query_id="q1",
        pool="озёра",
        snapshot="2025-01",
    )


def _binary(name: str) -> str:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(newest[-1]) if newest else shutil.which(name)
    if not found:
        pytest.fail(f"no {name}: the store's tests need a PostgreSQL server (Debian: postgresql)")
    return found
