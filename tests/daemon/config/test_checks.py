from daemon.config.checks import dangling
from daemon.config.document import read_document
from tests.daemon.config.plugins import Held


def found(text: str) -> list[str]:
    return [each.line("c") for each in dangling(read_document(text, Held()))]


def test_names_that_are_configured_are_fine() -> None:
    assert (
        found("sources: {a: {}}\nrules: {r: {source: a, tell: [b, c]}}\ndestinations: {b: , c: }")
        == []
    )


def test_a_source_that_nobody_configured_is_complained_of_where_it_is_named() -> None:
    (line,) = found("sources: {voices: {}}\nrules: {r: {source: voice}}")

    assert line == "c:2:21: rules.r.source: no such source 'voice'; did you mean 'voices'?"


def test_destinations_are_looked_up_one_by_one_or_in_a_list() -> None:
    lines = found("destinations: {b: }\nrules: {r: {tell: [b, c, d]}, q: {tell: e}}")

    assert [line.split(": ")[1] for line in lines] == [
        "rules.r.tell.1",
        "rules.r.tell.2",
        "rules.q.tell",
    ]


def test_without_any_destination_none_is_there() -> None:
    assert found("rules: {r: {tell: e}}") == ["c:1:19: rules.r.tell: no such destination 'e'"]


def test_what_is_broken_otherwise_is_left_to_others() -> None:
    assert found("sources: 3\nrules: {r: {source: a, tell: 3}, q: 3}") == []
    assert found("rules: [a]") == []
