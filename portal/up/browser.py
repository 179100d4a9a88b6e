"""A browser without scripts, from the standard library: cookies, links, forms. It shows that acts work so."""

import http.client
import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]


@dataclass
class Form:
    """One form of a page: where it goes, what it would send, and what one can choose."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    submit_names: dict[str, list[str]] = field(default_factory=dict)
    is_open: bool = False


@dataclass
class Page:
    """What came back, read."""

    url: str
    status: int
    text: str
    links: list[tuple[str, str]]
    forms: list[Form]

    def paths(self) -> list[str]:
        """The paths on the same site that it links to, in order, each once."""
        site = urllib.parse.urlsplit(self.url)
        found = [urllib.parse.urlsplit(urllib.parse.urljoin(self.url, href)) for href, _ in self.links]
        same = [part for part in found if (part.scheme, part.netloc) == (site.scheme, site.netloc)]
        return list(dict.fromkeys(part._replace(scheme="", netloc="", fragment="").geturl() for part in same))

    def form(self, *names: str) -> Form | None:
        """The first form that has fields of all these names."""
        return next((form for form in self.forms if all(name in form.fields for name in names)), None)

    @property
    def title(self) -> str:
        """What stands between <title> and </title>."""
        return " ".join(self.text.partition("<title>")[2].partition("</title>")[0].split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        form = self.forms[-1] if self.forms and self.forms[-1].is_open else None
        if tag == "a" and "href" in has:
            self.links.append((has["href"], ""))
        elif tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower(), is_open=True))
        elif form is not None and "disabled" not in has:
            self._control(form, tag, has)

    def _control(self, form: Form, tag: str, has: Attributes) -> None:
        name = has.get("name", "")
        if tag == "input" and name:
            _input(form, name, has)
        elif tag == "button" and name and has.get("type", "submit") == "submit":
            form.submit_names.setdefault(name, []).append(has.get("value", ""))
        elif tag == "textarea" and name:
            form.fields[name] = ""
            self._textarea = name
        elif tag == "select" and name:
            form.fields.setdefault(name, "")
            self._select = name
        elif tag == "option" and self._select:
            value = has.get("value", "")
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in has or len(form.choices[self._select]) == 1:
                form.fields[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.forms:
            self.forms[-1].is_open = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self.forms:
            self.forms[-1].fields[self._textarea] += data


def _input(form: Form, name: str, has: Attributes) -> None:
    kind = has.get("type", "text")
    value = has.get("value", "on" if kind in ("checkbox", "radio") else "")
    if kind in ("checkbox", "radio"):
        form.choices.setdefault(name, []).append(value)
        if "checked" in has:
            form.fields[name] = value
    elif kind == "submit":
        form.submit_names.setdefault(name, []).append(value)
    elif kind != "file":
        form.fields[name] = value


def page_of(url: str, status: int, text: str, *, is_html: bool = True) -> Page:
    """What an answer holds to follow and to fill in."""
    reader = _Reader()
    if is_html:
        reader.feed(text)
    return Page(url, status, text, reader.links, reader.forms)


class Browser:
    """One person's session at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar)
        )

    def get(self, path: str) -> Page:
        """Open a path."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.address, path)))  # noqa: S310

    def submit(self, page: Page, form: Form, values: Mapping[str, str]) -> Page:
        """Send `form` of `page` with `values` over what it holds already."""
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        body = urllib.parse.urlencode({**form.fields, **values})
        if form.method == "get":
            return self.get(f"{target}?{body}")
        request = urllib.request.Request(target, data=body.encode(), headers={"Referer": page.url})  # noqa: S310
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> Page:
        answer = self._answer(request)
        text = answer.read().decode("utf-8", "replace")
        is_html = "html" in answer.headers.get("Content-Type", "")
        return page_of(answer.geturl(), answer.status or 0, text, is_html=is_html)

    def _answer(self, request: urllib.request.Request) -> "urllib.response.addinfourl":
        try:
            found: urllib.response.addinfourl = self._opener.open(request, timeout=30)
            return found
        except urllib.error.HTTPError as error:
            return error


def submit_values(form: Form) -> Iterator[tuple[str, str]]:
    """Each named button of a form, as the pair it would send."""
    for name, values in form.submit_names.items():
        for value in values:
            yield name, value
