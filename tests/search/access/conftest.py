"""The real app with access on: an annotator, a lead, and judgments that name somebody."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from search.access.roles import Role
from search.access.users import UsersFile
from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.store import JudgmentStore
from tests.app_process import app_process

PASSWORDS = {"анна": "секрет анны 1", "лена": "секрет лены 2"}
ROLES = {"": Role.VISITOR, "анна": Role.ANNOTATOR, "лена": Role.LEAD}
SECRET_NAME, SECRET_POOL = "Зинаида-Тайная", "скрытый-пул"

Enter = Callable[[str], httpx.Client]


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> UsersFile:
    file = UsersFile(tmp_path_factory.mktemp("users") / "users.json")
    for name, password in PASSWORDS.items():
        file.add(name, ROLES[name], password)
    return file


@pytest.fixture(scope="module")
def app_settings(
    users: UsersFile, small_index: Path, small_set: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("app")
    database = f"sqlite:///{folder}/judgments.sqlite"
    item = PoolItem("чем питается кит", "", "", "whale", "whale", "hash")
    with JudgmentStore.open(database) as store:
        store.save_pool(Pool(SECRET_POOL, (item,), overlap=3))
        store.save(Judgment("чем питается кит", "whale", "whale", "hash", SECRET_NAME, 3))
    return {
        "ACCESS_FILE": str(users.path),
        "INDEX_DIR": str(small_index),
        "CORPUS": str(small_set),
        "DATABASE_URL": database,
        "CORPORA_DIR": str(folder / "corpora"),
        "SNAPSHOTS_DIR": str(folder / "snapshots"),
        "SEARCHES_PER_MINUTE": "0",
    }


@pytest.fixture(scope="module")
def app_url(app_settings: dict[str, str]) -> Iterator[str]:
    with app_process(app_settings) as url:
        yield url


@pytest.fixture(scope="module")
def enter(app_url: str) -> Iterator[Enter]:
    """Name -> a client that has signed in under it; "" is a visitor."""
    clients: dict[str, httpx.Client] = {}

    def entered(name: str) -> httpx.Client:
        if name not in clients:
            clients[name] = client = httpx.Client(base_url=app_url, timeout=30)
            if name:
                sent = {"username": name, "password": PASSWORDS[name]}
                assert client.post("/login", data=sent).json() == {"success": True}
        return clients[name]

    yield entered
    for client in clients.values():
        client.close()
