import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from search.errors import JudgingError
from search.judging.database import Database
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "judgments.sqlite"


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that any user may enter and none but root may write to."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o555)
        yield Path(name)
        Path(name).chmod(0o755)


def as_nobody(script: str, *arguments: object) -> str:
    """Output of a script run by a user who owns nothing (root may write anywhere)."""
    head = "import os, sys\nfrom search.judging.store import JudgmentStore\n"
    head += "from search.errors import JudgingError\nif os.getuid() == 0: os.setuid(65534)\n"
    command = [sys.executable, "-c", head + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


OPEN = """
try:
    JudgmentStore.open(sys.argv[1])
except JudgingError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("judgments.sqlite", "'judgments.sqlite' is no database URL. Give sqlite:////absolute"),
        ("mysql://host/judgments", "names the driver 'mysql'. Give sqlite"),
        ("postgresql+psycopg2://host/judgments", "names the driver 'postgresql.psycopg2'"),
        ("sqlite://", "names no file. Give sqlite"),
        ("sqlite:///:memory:", "names no file. Give sqlite"),
    ],
)
def test_a_url_that_cannot_be_used_says_what_fits(url: str, message: str) -> None:
    with pytest.raises(JudgingError, match=message):
        JudgmentStore.open(url)


def test_a_password_never_stands_in_a_message() -> None:
    for url in (
        "postgresql://ivan:тайна@127.0.0.1:1/judgments",
        "postgresql://ivan:тайна@127.0.0.1:не-число/judgments",
    ):
        with pytest.raises(JudgingError, match=r"\*\*\*") as caught:
            JudgmentStore.open(url, timeout=2)
        assert "тайна" not in str(caught.value)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(JudgingError, match="127.0.0.1:1/x: the server can't be reached or refused"):
        JudgmentStore.open("postgresql+psycopg://127.0.0.1:1/x", timeout=2)


def test_a_driver_that_is_not_installed_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(JudgingError, match=r'\*\*\*@host.*Run pip install "psycopg\[binary\]"'):
        JudgmentStore.open("postgresql://ivan:тайна@host/judgments")


def test_a_server_without_the_database_says_so(postgres: Path) -> None:
    with pytest.raises(JudgingError, match='or refused.* database "нет-такой" does not exist'):
        JudgmentStore.open(f"postgresql://postgres@/нет-такой?host={postgres}")


def test_a_connection_the_server_dropped_is_made_anew(postgres: Path, judgment: Judgment) -> None:
    url = f"postgresql://postgres@/postgres?host={postgres}"
    with JudgmentStore.open(url) as store:
        saved = store.save(judgment)
        killer = Database(url, timeout=5)
        with killer.write("x") as connection:
            ended = connection.execute(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE datname = 'postgres' AND pid <> pg_backend_pid()"
                )
            ).scalar_one()
        killer.close()
        assert ended == 1
        assert store.current() == [saved]


def test_a_database_locked_too_long_says_so_and_works_again_after(
    url: str, judgment: Judgment
) -> None:
    holder = Database(url, timeout=5)
    with JudgmentStore.open(url, timeout=0.2) as patient:
        lock = "annotator Мария"
        with (
            holder.write(lock),
            pytest.raises(JudgingError, match="held it for too long. Nothing was written"),
        ):
            patient.save(judgment)
        assert patient.current() == []
        assert patient.save(judgment) == patient.current()[0]
    holder.close()


def test_threads_of_one_process_wait_their_turn_no_longer_than_the_timeout(file: Path) -> None:
    database = Database(f"sqlite:///{file}", timeout=0.2)
    with database.write("x"), ThreadPoolExecutor(1) as other:
        refused = other.submit(database.write("x").__enter__).exception()
    assert isinstance(refused, JudgingError)
    assert "judgments.sqlite: another program or person held it for too long" in str(refused)
    with database.write("x") as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    database.close()


def test_more_readers_than_connections_are_told_to_try_again(file: Path) -> None:
    database = Database(f"sqlite:///{file}", timeout=0.1)
    with ExitStack() as readers:
        with pytest.raises(JudgingError, match="held it for too long"):
            for _ in range(100):
                readers.enter_context(database.read())
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    database.close()


def test_reading_goes_on_while_another_writes(url: str, judgment: Judgment) -> None:
    holder = Database(url, timeout=5)
    with JudgmentStore.open(url, timeout=0.2) as store:
        saved = store.save(judgment)
        with holder.write("annotator Мария"):
            assert store.current() == [saved]
    holder.close()


def test_a_full_disk_says_so_keeps_what_was_saved_and_works_again_after(file: Path) -> None:
    script = """
import resource, sys
from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore

store = JudgmentStore.open(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
saved = 0
try:
    while saved < 1000:
        store.save(Judgment("вопрос", f"п{saved}", "д", "х", "Анна", 1, "ж" * 2000))
        saved += 1
except JudgingError as error:
    print(error)
assert len(store.current()) == saved, "a failed save left something behind"
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
store.save(Judgment("вопрос", f"п{saved}", "д", "х", "Анна", 1))
print(saved)
"""
    url = f"sqlite:///{file}"
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    message, count = done.stdout.splitlines()
    assert "the disk failed or is full. Nothing was written; check it and try again" in message
    assert 10 < int(count) < 1000
    with JudgmentStore.open(url) as store:
        found = [judgment.passage_id for judgment in store.current()]
    assert found == [f"п{number}" for number in range(int(count) + 1)]


def test_a_folder_that_cannot_be_made_is_named(read_only: Path) -> None:
    message = as_nobody(OPEN, f"sqlite:///{read_only}/новая/judgments.sqlite")
    assert f"{read_only}/новая: the folder for judgments can't be made (Permission" in message


def test_a_folder_below_a_file_is_named(file: Path) -> None:
    file.touch()
    with pytest.raises(JudgingError, match=f"{file}: the folder for judgments can't be made"):
        JudgmentStore.open(f"sqlite:///{file}/judgments.sqlite")


def test_a_read_only_folder_and_a_read_only_file_are_refused(read_only: Path) -> None:
    url = f"sqlite:///{read_only}/judgments.sqlite"
    assert "can't be opened for writing. Check the path of DATABASE_URL" in as_nobody(OPEN, url)
    read_only.chmod(0o755)
    with JudgmentStore.open(url):
        pass
    (read_only / "judgments.sqlite").chmod(0o444)
    read_only.chmod(0o555)
    assert "it can't be written. Give DATABASE_URL a place" in as_nobody(OPEN, url)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(file: Path) -> None:
    file.write_text("Глубина Байкала — 1642 метра.\n" * 100, encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(JudgingError, match="judgments.sqlite: it is no SQLite database. Move the"):
        JudgmentStore.open(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JudgingError, match="can't be opened for writing"):
        JudgmentStore.open(f"sqlite:///{tmp_path}")


def test_a_damaged_file_is_refused(file: Path, judgment: Judgment) -> None:
    url = f"sqlite:///{file}"
    with JudgmentStore.open(url) as store:
        for number in range(200):
            store.save(replace(judgment, passage_id=f"п{number}", comment="ж" * 1000))
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    with pytest.raises(JudgingError, match="the file is damaged. Restore a copy"):
        with JudgmentStore.open(url) as store:
            store.history()


def test_sqlite_is_opened_to_lose_nothing(file: Path) -> None:
    database = Database(f"sqlite:///{file}", timeout=5)
    with database.read() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    database.close()
    assert found == ["wal", 2, 1, 5000]  # 2 is FULL


def test_a_failed_block_writes_nothing(url: str) -> None:
    database = Database(url, timeout=5)
    with pytest.raises(KeyError), database.write("x") as connection:
        connection.exec_driver_sql("CREATE TABLE lakes (name TEXT)")
        raise KeyError
    with pytest.raises(JudgingError, match="lakes"), database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM lakes")
    database.close()


def test_a_database_of_plain_sqlite3_is_the_same_file(file: Path, judgment: Judgment) -> None:
    with JudgmentStore.open(make_url(f"sqlite:///{file}").render_as_string()) as store:
        store.save(judgment)
    connection = sqlite3.connect(file)
    row = connection.execute("SELECT annotator, grade, comment FROM judgments").fetchone()
    connection.close()
    assert row == ("Мария", 3, "ответ в первом предложении")
