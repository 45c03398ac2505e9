import pytest

from search.access.rates import Rates, client_key


def test_searches_of_one_client_are_counted_and_others_are_not_held_up() -> None:
    rates = Rates(searches=3)
    assert [rates.search("a") for _ in range(3)] == [0, 0, 0]
    assert 1 <= rates.search("a") <= 60
    assert rates.search("b") == 0
    assert rates.call("a") == 0


def test_without_a_limit_nobody_waits() -> None:
    rates = Rates(searches=0)
    assert not any(rates.search("a") for _ in range(1000))


def test_calls_of_any_kind_have_a_wider_limit() -> None:
    rates = Rates(searches=1)
    assert [rates.call("a") for _ in range(600)] == [0] * 600
    assert rates.call("a")


def test_ten_wrong_passwords_close_a_name_from_wherever_they_come() -> None:
    rates = Rates(searches=1)
    for number in range(10):
        assert rates.login(f"client {number}", "anna") == 0
        rates.failed("anna")
    assert 1 <= rates.login("client 11", "anna") <= 600
    assert rates.login("client 11", "boris") == 0


def test_one_client_tries_twenty_times_with_whatever_names() -> None:
    rates = Rates(searches=1)
    assert [rates.login("a", f"name {number}") for number in range(20)] == [0] * 20
    assert rates.login("a", "another")
    assert rates.login("b", "another") == 0


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_household_is_one_client(host: str, key: str) -> None:
    assert client_key(host) == key
