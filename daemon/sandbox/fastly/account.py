"""The invented Fastly account: its services, and what each of them is billed for."""

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.sandbox.world import ALL_DAY, EVENING, NIGHTLY, OFFICE, Spender

NORTH_AMERICA, EUROPE = "North America", "Europe"


@dataclass(frozen=True, slots=True)
class Meter:
    """One usage type of one product."""

    product_id: str
    usage_type: str
    unit: str
    """As on the invoice; the word `unit` where there is none."""
    block: float
    """So much of what is measured is one unit of the invoice."""
    each: float
    """Measured for every request."""
    region: str | None = None
    """None where the product is not sold by region: the rows lack the key then."""
    name: str | None = None
    """As the invoice spells it, where that is another word."""


def _regional(region: str) -> tuple[Meter, Meter]:
    return (
        Meter("cdn_usage", f"{region} Requests", "unit", 10_000, 1, region),
        Meter("cdn_usage", f"{region} Bandwidth", "gb", 1e9, 24_000, region),
    )


METERS: tuple[Meter, ...] = (
    *_regional(NORTH_AMERICA),
    *_regional(EUROPE),
    Meter("image_optimizer", "image_optimizer_requests", "unit", 1000, 1, None, "Image Optimizer"),
)


@dataclass(frozen=True, slots=True)
class Service(Spender):
    """What it spends is requests, by the hour."""

    europe: float = 0.3
    """What share of its requests is answered in Europe."""
    images: float = 0.0
    """What share of them has an image made smaller."""

    def share(self, meter: Meter) -> float:
        match meter.region:
            case None:
                return self.images
            case "Europe":
                return self.europe
        return 1 - self.europe


SERVICES: Sequence[Service] = (
    Service("SU1Z0isxPaozGVKXdv0eY", "www", 90_000, OFFICE, 0.4, least=50),
    Service("3xQ1aBcDeFgHiJkLmNoPq", "img", 240_000, EVENING, 1.2, least=50, images=0.2),
    Service("9zY8xW7vU6tS5rQ4pO3nM", "api", 30_000, ALL_DAY, 0.8, least=50, europe=0.5),
    Service("5hT7gR2kL9mN4pQ8sV1wX", "shop-eu", 40_000, EVENING, 1.1, least=50, europe=1.0),
    Service("7bC3dF6gH1jK8lM5nP2qR", "nightly-export", 12_000, NIGHTLY, 1.0, least=50),
    Service("1vW4xY9zA2bC7dE5fG8hJ", "old-docs", 3, OFFICE, 0.0, least=40),
)
