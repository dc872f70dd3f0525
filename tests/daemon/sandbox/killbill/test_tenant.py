"""The tenants of the stand-in for Kill Bill."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from daemon.sandbox.killbill.tenant import Subscription, invented

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.replace(hour=0, minute=0)


def _metered(name: str) -> Subscription:
    [bundle] = [each for each in invented(NOW).bundles if each.key == f"{name}-main"]
    return bundle.subscriptions[1]


def test_a_dozen_metered_subscriptions_hang_on_bundles_and_one_bundle_is_empty() -> None:
    bundles = invented(NOW).bundles

    assert len([one for bundle in bundles for one in bundle.subscriptions if one.gauges]) == 12
    assert [bundle.key for bundle in bundles if not bundle.subscriptions] == ["acme-old"]
    assert len({one.id for bundle in bundles for one in bundle.subscriptions}) == 18


def test_the_sum_of_days_is_the_sum_of_their_hours_exactly() -> None:
    tenant, metered = invented(NOW), _metered("acme")
    hours = [TODAY - 3 * DAY + hour * HOUR for hour in range(72)]
    sums = [tenant.used(metered, hour, hour + HOUR) for hour in hours]

    whole = tenant.used(metered, TODAY - 3 * DAY, TODAY)
    for unit in ("api-calls", "gigabytes"):
        assert sum((each.get(unit, Decimal(0)) for each in sums), Decimal(0)) == whole[unit] > 0


def test_who_left_uses_nothing_after_the_last_day() -> None:
    tenant, metered = invented(NOW), _metered("fjord")

    assert metered.end == (NOW - 20 * DAY).date()
    assert metered.state(NOW.date()) == "CANCELLED"
    assert tenant.used(metered, TODAY - 22 * DAY, TODAY - 20 * DAY)
    assert not tenant.used(metered, TODAY - 20 * DAY, TODAY)


def test_some_customers_are_the_same_as_among_all() -> None:
    some = invented(NOW, customers=["birch"])

    assert [bundle.key for bundle in some.bundles] == ["birch-main", "acme-old"]
    assert some.find(_metered("birch").id) == _metered("birch")
    assert some.find(_metered("acme").id) is None
