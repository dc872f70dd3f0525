"""The invented Fastly account."""

import pytest

from daemon.sandbox.fastly.account import METERS, SERVICES


def test_every_request_is_answered_in_one_region() -> None:
    for service in SERVICES:
        regions = [
            service.share(meter) for meter in METERS if meter.usage_type.endswith("Requests")
        ]

        assert sum(regions) == pytest.approx(1)


def test_every_meter_is_used_by_somebody_and_not_all_by_everybody() -> None:
    shares = [[service.share(meter) > 0 for service in SERVICES] for meter in METERS]

    assert all(map(any, shares))
    assert not all(map(all, shares))
