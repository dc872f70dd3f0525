"""How each type of a field is written in YAML, and what is said where it is written otherwise."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import AllowInfNan, BeforeValidator, PlainValidator, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from daemon.config import durations, rates, references
from daemon.config.durations import LONGEST, parse_duration, spell_duration
from daemon.config.rates import parse_rate
from daemon.config.references import Referred
from daemon.secret import Secret
from rules.rate import Rate


def expected(what: str) -> PydanticCustomError:
    """It becomes: expected this, got that."""
    return PydanticCustomError("expected", "{what}", {"what": what})


def refused(why: str, at: str | None = None) -> PydanticCustomError:
    """It becomes these very words, at a key of the block or at the block itself."""
    return PydanticCustomError("refused", "{why}", {"why": why, "at": at})


def _duration(value: object) -> timedelta:
    span = parse_duration(value) if isinstance(value, str) else None
    if span is None:
        raise expected("a duration such as 30s, 15m, 1h30m, 7d or 8w")
    if span > LONGEST:
        raise expected(f"a duration of at most {spell_duration(LONGEST)}")
    return span


def _rate(value: object) -> Rate:
    rate = parse_rate(value) if isinstance(value, str) else None
    if rate is None:
        raise expected("how often, such as 1 per month, 2 per week or 1 per 90d")
    return rate


def _secret(value: object) -> Secret:
    if isinstance(value, Referred):
        return Secret(str(value), value.again)
    # A secret is not repeated here either: it was in the file, it need not be in the log as well.
    raise PydanticCustomError("secret", "a secret is never written here")


def _text_or_secret(value: object) -> str | Secret:
    """What came by reference is a secret, wherever it may stand; the rest is plain text."""
    if isinstance(value, Referred):
        return Secret(str(value), value.again)
    if isinstance(value, dict) and list(value.values()) == [None]:
        [name] = value
        raise expected(f'text; write it in quotes, as in "{{{name}}}"')
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    return value


def _path(value: object) -> Path:
    if not isinstance(value, str) or not value:
        raise expected("the path of a file")
    return Path(value)


def _store_url(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else ""
    if not text.startswith(("sqlite:///", "postgresql://")):
        raise refused("expected sqlite:///path or postgresql://user@host/database")
    if not isinstance(value, Referred) and _has_password(text):
        raise refused(f"a password is never written here; write {references.FORMS} in its place")
    return str(text)


def _has_password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None
    except ValueError:
        return True


def _listen(value: object) -> tuple[str, int]:
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    good = host and colon and port.isascii() and port.isdigit() and len(port) <= 5
    if not good or int(port) > 65_535:
        raise expected("HOST:PORT such as 127.0.0.1:8321 (or 'page: null' for no page)")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]


def at_least(least: timedelta) -> BeforeValidator:
    """A duration no shorter than this."""

    def check(value: object) -> object:
        if _duration(value) < least:
            raise expected(f"at least {spell_duration(least)}")
        return value

    return BeforeValidator(check)


Duration = Annotated[
    timedelta,
    PlainValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": durations.PATTERN}),
]
HowOften = Annotated[
    Rate,
    PlainValidator(_rate),
    WithJsonSchema({"type": "string", "pattern": rates.PATTERN}),
]
SecretText = Annotated[
    Secret,
    PlainValidator(_secret),
    WithJsonSchema({"type": "string", "pattern": references.PATTERN}),
]
TextOrSecret = Annotated[
    str | Secret, PlainValidator(_text_or_secret), WithJsonSchema({"type": "string"})
]
StoreUrl = Annotated[
    str | None,
    PlainValidator(_store_url),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": rf"^(sqlite:///|postgresql://)|{references.PATTERN}",
                },
                {"type": "null"},
            ]
        }
    ),
]
Listen = Annotated[
    tuple[str, int],
    PlainValidator(_listen),
    WithJsonSchema({"type": "string", "pattern": "^.+:[0-9]{1,5}$"}),
]
FilePath = Annotated[
    Path, PlainValidator(_path), WithJsonSchema({"type": "string", "minLength": 1})
]

_PLAIN: Mapping[object, Any] = {
    str: Annotated[str, Strict()],
    int: Annotated[int, Strict()],
    bool: Annotated[bool, Strict()],
    float: Annotated[float, Strict(), AllowInfNan(False)],  # noqa: FBT003  annotated-types' own
    timedelta: Duration,
    Rate: HowOften,
    Secret: SecretText,
    Path: FilePath,
}


def spelled(hint: Any) -> Any:
    """The annotation pydantic reads for a field of this type.

    A field of a type that has no spelling is a mistake of the plugin, found when it is shelved.
    """
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, of = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and set(of) == {str, Secret}:
        return TextOrSecret
    if origin in (Union, UnionType):
        return Union[tuple(spelled(each) for each in of)]  # noqa: UP007  made at run time
    if origin is tuple and of[1:] == (...,):
        return _list_of(spelled(of[0]))
    if origin is Mapping:
        key, value = map(spelled, of)
        return dict[key, value]  # type: ignore[valid-type]
    if origin is Literal or hint is NoneType or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    raise TypeError(f"a configuration has no spelling for {hint}")


def _list_of(item: Any) -> Any:
    return Annotated[
        tuple[item, ...],
        BeforeValidator(_one_or_many, json_schema_input_type=item | list[item]),
    ]
