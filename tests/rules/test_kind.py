"""The shelf of kinds fits the protocol."""

from rules.kinds import KINDS


def test_the_shelf_holds_every_kind_by_the_name_it_has_in_yaml():
    assert {name: kind.__name__.lower() for name, kind in KINDS.items()} == {n: n for n in KINDS}


def test_the_shelf_is_in_the_order_of_the_alphabet():
    assert list(KINDS) == sorted(KINDS)


def test_every_kind_lies_in_a_module_of_its_name():
    assert {name: kind.__module__ for name, kind in KINDS.items()} == {
        name: f"rules.kinds.{name}" for name in KINDS
    }
