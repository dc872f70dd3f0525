from dataclasses import dataclass, make_dataclass

from daemon.config.descriptions import descriptions, summary
from tests.daemon.config.plugins import Balance, Tts


def test_the_sentence_under_a_field_describes_it() -> None:
    assert descriptions(Tts) == {
        "key": "The API key.",
        "offset": "The zone, as its distance from UTC.",
    }


def test_a_class_inside_a_function_has_sentences_too() -> None:
    @dataclass(frozen=True)
    class Inner:
        a: int
        """The first."""
        b: int = 2

    assert descriptions(Inner) == {"a": "The first."}


def test_a_class_without_its_source_has_none() -> None:
    assert descriptions(make_dataclass("Made", ["a"])) == {}


def test_the_first_paragraph_sums_a_class_up() -> None:
    assert summary(Tts) == "Speech by the hour."


def test_the_docstring_that_dataclass_makes_up_says_nothing() -> None:
    assert summary(Balance) == ""
