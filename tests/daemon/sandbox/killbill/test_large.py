"""The large tenant of the stand-in for Kill Bill."""

from datetime import UTC, date, datetime, timedelta

from daemon.sandbox.killbill.large import LargeTenant

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = datetime(2025, 5, 22, tzinfo=UTC)


def test_a_large_tenant_knows_each_of_its_own_and_nobody_else() -> None:
    tenant = LargeTenant(1000, date(2025, 1, 1))
    ids = [one.id for place in range(len(tenant)) for one in tenant.bundle(place).subscriptions]

    assert len(set(ids)) == 1000
    assert all(tenant.find(each) is not None for each in ids)
    assert tenant.find(ids[7][:-1] + ("0" if ids[7][-1] != "0" else "1")) is None
    assert LargeTenant(10, date(2025, 1, 1)).find(ids[10]) is None


def test_of_a_large_tenant_one_in_ten_is_used_every_day() -> None:
    tenant = LargeTenant(1000, date(2025, 1, 1))
    everyone = [one for place in range(len(tenant)) for one in tenant.bundle(place).subscriptions]
    used = [one for one in everyone if tenant.used(one, TODAY, TODAY + DAY)]
    days = [tenant.used(used[0], TODAY - ago * DAY, TODAY - (ago - 1) * DAY) for ago in range(5)]

    assert len(used) == 100
    assert {one.category for one in used} == {"ADD_ON"}
    whole = tenant.used(used[0], TODAY - 4 * DAY, TODAY + DAY)
    assert sum(day["api-calls"] for day in days) == whole["api-calls"]
    assert tenant.used(used[0], TODAY + HOUR, TODAY + 2 * HOUR) == {}
