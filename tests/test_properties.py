"""The profile of all property tests: on a busy machine they take longer, and fail for nothing."""

from hypothesis import HealthCheck, settings


def test_no_property_has_a_time_limit() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check
    assert settings(max_examples=60).deadline is None
