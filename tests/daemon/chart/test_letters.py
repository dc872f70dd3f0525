"""Letters are outlines, so that no machine needs a font."""

from daemon.chart.letters import EM, glyphs, outline, wide


def test_what_people_write_has_an_outline() -> None:
    for letter in "0123456789.,:%+-–ABCabcÄÖÜßéłŞ€·…":
        assert glyphs()[letter].path

    assert glyphs()[" "].path == ""


def test_letters_stand_one_behind_the_other() -> None:
    one, other = glyphs()["1"], glyphs()["2"]

    assert outline("1 2") == f"M0 0{one.path}M{one.advance + glyphs()[' '].advance} 0{other.path}"
    assert wide("12", EM) == one.advance + other.advance
    assert wide("12", 24) == 24 * wide("12", EM) / EM
    assert outline("") == ""


def test_what_has_no_outline_is_a_box_and_takes_its_place() -> None:
    assert outline("声") == outline("ก")
    assert outline("声") != ""
    assert wide("声", EM) > 0
