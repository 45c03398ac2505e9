"""How often one client may search, call and try to sign in, by a moving window each."""

import ipaddress
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

CALLS_PER_MINUTE = 600
"""Calls of any kind: a fast typist makes some five a second, for completions."""
LOGINS = RateLimitItemPerMinute(20, 10)
"""Attempts of one client to sign in, right ones too, in ten minutes."""
FAILURES = RateLimitItemPerMinute(10, 10)
"""Wrong passwords for one name, from wherever, in ten minutes."""


class Rates:
    """Each method tells the seconds to wait, 0: go on. `searches` a minute, 0: no limit."""

    def __init__(self, searches: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._searches = RateLimitItemPerMinute(searches) if searches else None
        self._calls = RateLimitItemPerMinute(CALLS_PER_MINUTE)

    def search(self, client: str) -> int:
        """A call that computes with the models."""
        return self._hit(self._searches, "search", client) if self._searches else 0

    def call(self, client: str) -> int:
        """Any call."""
        return self._hit(self._calls, "call", client)

    def login(self, client: str, name: str) -> int:
        """An attempt to sign in; neither asks whether there is such a name."""
        wait = self._hit(LOGINS, "login", client)
        if not wait and not self._limiter.test(FAILURES, "name", name):
            wait = self._wait(FAILURES, "name", name)
        return wait

    def failed(self, name: str) -> None:
        """The password was wrong."""
        self._limiter.hit(FAILURES, "name", name)

    def _hit(self, limit: RateLimitItem, kind: str, who: str) -> int:
        return 0 if self._limiter.hit(limit, kind, who) else self._wait(limit, kind, who)

    def _wait(self, limit: RateLimitItem, kind: str, who: str) -> int:
        reset = self._limiter.get_window_stats(limit, kind, who).reset_time
        return max(1, math.ceil(reset - time.time()))


def client_key(host: str) -> str:
    """An address as one client: of IPv6 its /64, which is one household."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    if mapped := address.ipv4_mapped:
        return str(mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
