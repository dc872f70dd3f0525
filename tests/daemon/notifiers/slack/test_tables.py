from daemon.message import Table
from daemon.notifiers.slack.escaped import Room
from daemon.notifiers.slack.tables import lines, packed

TWO = Table("Movers", ("Voice", "Minutes", "Change"), (("Agatha", "41", ""), ("Bruno", "6", "+2")))


def shown(table, size=9000):
    return list(lines(table, Room(size)))


def test_a_table_is_a_title_a_head_and_a_line_a_row():
    assert shown(TWO) == [
        "*Movers*",
        "_Voice · Minutes · Change_",
        "• *Agatha*  41",
        "• *Bruno*  6 · +2",
    ]


def test_a_table_of_one_column_is_a_list():
    assert shown(Table("", ("What",), (("Agatha",),))) == ["• Agatha"]


def test_a_table_without_rows_is_not_shown():
    assert shown(Table("Movers", ("Voice",), (), more="none")) == []


def test_what_was_left_out_is_said():
    assert shown(Table("", ("What",), (("Agatha",),), more="and 4,980 more"))[-1] == (
        "_and 4,980 more_"
    )


def test_rows_there_is_no_room_for_are_counted():
    many = Table("", ("What",), tuple((f"voice {n}",) for n in range(100)), more="all quiet")
    said = shown(many, 400)

    left_out = 100 - (len(said) - 1)
    assert said[-1] == f"_and {left_out} more here, all quiet_"
    assert 0 < left_out < 100


def test_where_there_is_hardly_any_room_there_is_no_table():
    assert shown(TWO, 100) == []


def test_lines_are_put_together_up_to_a_length():
    assert list(packed(["aa", "bb", "cc"], 5)) == ["aa\nbb", "cc"]
    assert list(packed([], 5)) == []
