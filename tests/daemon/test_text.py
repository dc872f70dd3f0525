from daemon.text import clip, is_link, one_line


def test_only_a_web_address_becomes_a_link():
    assert is_link("https://wiki.example.com/a")
    assert not is_link("javascript:alert(1)")
    assert not is_link("https://wiki.example.com and ask Jo")


def test_a_name_with_joined_emoji_stays_whole():
    assert one_line("👩\u200d🚒 Vera") == "👩\u200d🚒 Vera"


def test_a_text_is_cut_only_where_it_is_too_long():
    assert (clip("Agatha", 6), clip("Agatha", 5)) == ("Agatha", "Agat…")
