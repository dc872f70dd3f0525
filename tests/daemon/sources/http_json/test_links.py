import pytest

from daemon.endpoint import Endpoint
from daemon.secret import Secret
from daemon.source import SourceChanged, SourceRefused
from daemon.sources.http_json.links import Link, further

HERE = Endpoint("voices", "https://api.example.com/eu/", "/v1/usage", secrets=(Secret("sk-1"),))
NEXT = "https://api.example.com/eu/v1/usage?page=2"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (NEXT, NEXT),
        ("/eu/v1/usage?page=2", NEXT),
        ("?page=2", NEXT),
        ("usage?page=2#top", NEXT),
        ("//api.example.com/x", "https://api.example.com/x"),
        ("https://api.example.com:443/x", "https://api.example.com/x"),
        ("http://api.example.com/x", "https://api.example.com/x"),
        ("http://API.example.com:80/x", "https://api.example.com/x"),
        ("../../../x", "https://api.example.com/x"),
    ],
)
def test_a_next_page_on_the_same_host_is_asked_there(address: str, url: str) -> None:
    assert further(HERE, {}, address) == url


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://evil.example/x?k=sk-1", "evil.example"),
        ("//evil.example/x", "evil.example"),
        ("https://api.example.com.evil.example/x", "api.example.com.evil.example"),
        ("https://api.example.com@evil.example/x", "evil.example"),
        ("https://api.example.com:8443/x", "api.example.com:8443"),
        ("https://me@api.example.com/x", "api.example.com"),
        ("http://api.example.com:443/x", "api.example.com:443"),
        ("ftp://api.example.com/x", "api.example.com"),
        ("https://sk-1.evil.example/", r"\*\*\*\.evil.example"),
    ],
)
def test_a_next_page_elsewhere_is_refused(address: str, host: str) -> None:
    with pytest.raises(SourceRefused, match=f"its next page is on another host, {host}, which"):
        further(HERE, {}, address)


@pytest.mark.parametrize("address", ["https://[::1/x", "https://api.example.com:x/"])
def test_a_next_page_that_is_no_address_is_a_change_of_contract(address: str) -> None:
    with pytest.raises(SourceChanged, match="its next page is no address"):
        further(HERE, {}, address)


@pytest.mark.parametrize(
    "header",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f'<{NEXT}>;title="a, b";REL="prefetch Next"',
        f'<https://api.example.com/1>; rel="first", <{NEXT}>; rel="next"',
        '</eu/v1/usage>; rel="self" , <?page=2>; rel="next"; type=json',
    ],
)
def test_the_header_link_names_the_next_page(header: str) -> None:
    assert further(HERE, {"link": header}, None) == NEXT


@pytest.mark.parametrize(
    "headers", [{}, {"Link": ""}, {"Link": f'<{NEXT}>; rel="last"'}, {"Link": f"<{NEXT}>"}]
)
def test_without_a_next_page_there_is_none(headers: dict[str, str]) -> None:
    assert further(HERE, headers, None) is None


def test_what_the_body_says_goes_before_the_header() -> None:
    assert further(HERE, {"Link": f'<{NEXT}>; rel="next"'}, "") is None


def test_a_link_is_asked_in_its_parts_with_the_keys_it_left_out() -> None:
    link = Link.of("https://h:1/a/b?x=1%262&x=3&empty=&key=told")

    assert (link.origin, link.path) == ("https://h:1", "/a/b")
    assert link.query([("key", Secret("k")), ("more", Secret("m"))]) == [
        ("x", "1&2"),
        ("x", "3"),
        ("empty", ""),
        ("key", "told"),
        ("more", "m"),
    ]
    assert Link.of("https://h").path == "/"
