import time

from argon2 import extract_parameters
from argon2.low_level import Type

from search.access.passwords import fits, hashed


def test_a_hash_is_argon2id_with_the_memory_the_rfc_recommends() -> None:
    parameters = extract_parameters(hashed("тайна"))
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost) == (64 * 1024, 3)  # KiB


def test_only_the_password_fits_and_no_hash_repeats() -> None:
    kept = hashed("тайна")
    assert "тайна" not in kept and kept != hashed("тайна")
    assert fits("тайна", kept)
    assert not fits("Тайна", kept)
    assert not fits("", kept)
    assert not fits("тайна", "no hash")
    assert not fits("тайна", None)


def test_a_name_that_nobody_has_takes_as_long_to_refuse() -> None:
    kept = hashed("тайна")
    fits("", None)  # makes the hash to compare with
    known, unknown = (min(_seconds(one) for _ in range(5)) for one in (kept, None))
    assert 0.5 < unknown / known < 2


def _seconds(kept: str | None) -> float:
    started = time.perf_counter()
    fits("неверно", kept)
    return time.perf_counter() - started
