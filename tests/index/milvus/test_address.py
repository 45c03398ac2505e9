"""URLs of indexes on Milvus."""

import pytest

from index.dense import EXACT_UP_TO
from index.errors import IndexStoreError
from index.milvus.address import Address
from index.milvus.generation import is_approximate


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("milvus+http://db:19530/demo", Address("http://db:19530", "demo")),
        ("milvus+https://db/demo?timeout=2.5", Address("https://db", "demo", timeout=2.5)),
        ("milvus+http://me:a%2Fb@db:1/d", Address("http://db:1", "d", "me:a/b")),
        ("milvus+https://:key@db/d", Address("https://db", "d", "key")),
        ("milvus+file:///data/m.db/demo", Address("/data/m.db", "demo")),
    ],
)
def test_address_of_a_url(url: str, address: Address) -> None:
    assert Address.parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "milvus+http://db:19530",
        "milvus+http://db:19530/",
        "milvus+http://db:port/demo",
        "milvus+http:///demo",
        "milvus+http://db/де-мо",
        "milvus+http://db/demo?timeout=soon",
        "milvus+http://db/demo?timeout=0",
        "milvus+http://db/demo?wait=1",
        "milvus+ftp://db/demo",
        "milvus+file:///demo",
    ],
)
def test_what_names_no_index_is_refused(url: str) -> None:
    with pytest.raises(IndexStoreError, match="not the address of an index"):
        Address.parse(url)


def test_a_password_is_never_shown() -> None:
    address = Address.parse("milvus+http://me:secret@db:1/demo")
    assert str(address) == "milvus+http://db:1/demo"
    assert "secret" not in repr(address)
    with pytest.raises(IndexStoreError) as refused:
        Address.parse("milvus+http://me:secret@db:1/")
    assert "secret" not in str(refused.value)


def test_only_a_cluster_looks_for_many_vectors_in_a_graph() -> None:
    cluster, file = Address("http://db:19530", "demo"), Address("/data/m.db", "demo")
    assert is_approximate(cluster, EXACT_UP_TO + 1)
    assert not is_approximate(cluster, EXACT_UP_TO)
    assert not is_approximate(file, EXACT_UP_TO + 1)
