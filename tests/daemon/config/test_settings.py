from dataclasses import FrozenInstanceError, fields

import pytest

from daemon.config.settings import Config, LogConfig, PageConfig, StoreConfig
from tests.daemon.config.plugins import HELD


@pytest.mark.parametrize("cls", [StoreConfig, PageConfig, LogConfig])
def test_every_setting_has_a_default(cls: type) -> None:
    assert cls() == cls()


def test_the_address_of_the_store_is_not_printed() -> None:
    config = Config(feeds=(), store=StoreConfig(f"postgresql://u:{HELD}@h/db"))

    assert HELD not in repr(config)


def test_a_configuration_does_not_change() -> None:
    config = Config(feeds=())

    for field in fields(config):
        with pytest.raises(FrozenInstanceError):
            setattr(config, field.name, ())
