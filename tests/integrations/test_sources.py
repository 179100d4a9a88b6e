"""Which sources the settings may name."""

import pytest

from apps.integrations.sources import NotASource, Source, registered


def test_what_an_address_says() -> None:
    addresses = {"main": "https://prometheus.example/base/", "shop": "http://[::1]:9090"}
    assert registered(addresses, {"main": "hush"}) == {
        "main": Source("main", True, "prometheus.example", 443, "/base", "hush"),
        "shop": Source("shop", False, "::1", 9090),
    }


def test_a_token_is_not_printed() -> None:
    assert "hush" not in repr(registered({"main": "https://prometheus.example"}, {"main": "hush"}))


@pytest.mark.parametrize(
    ("addresses", "tokens", "words"),
    [
        ({"Main": "http://a"}, {}, "the name of a source has small letters"),
        ({"main": "ftp://a"}, {}, "begins with http:// or https:// and a host"),
        ({"main": "prometheus:9090"}, {}, "begins with http:// or https:// and a host"),
        ({"main": "http://a:port"}, {}, "its address cannot be read"),
        ({"main": "http://ada:secret@a"}, {}, "no password stands in an address"),
        ({"main": "http://a/?query=1"}, {}, "ends before any"),
        ({"main": "http://a/../b"}, {}, "the path of its address has letters"),
        ({"main": "http://a"}, {"main": "a\nb"}, "its token has characters that no header takes"),
        ({"main": "http://a"}, {"shop": "hush"}, "a token for “shop”, and no address"),
    ],
)
def test_what_cannot_be(addresses: dict[str, str], tokens: dict[str, str], words: str) -> None:
    with pytest.raises(NotASource, match=words) as error:
        registered(addresses, tokens)
    assert "secret" not in str(error.value)
    assert "hush" not in str(error.value)
