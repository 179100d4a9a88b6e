"""The little browser that walks the portal in `up --check`."""

from portal.up.browser import Page, _Reader

HTML = """<title> Sign
 E-1 </title><a href="/epics/">Epics</a> <a href="#top">Top</a> <a href="https://example.org/">Away</a>
<form action="/sign/" method="post">
 <input type="hidden" name="digest" value="ab12"><input name="note"><input type="file" name="pack">
 <input type="radio" name="meaning" value="ACCEPT"><input type="radio" name="meaning" value="REJECT" checked>
 <input type="radio" name="meaning" value="SHUT" disabled>
 <select name="seat"><option value="1">A<option value="2" selected>B</select>
 <textarea name="reason">because &amp; so</textarea>
 <button name="act" value="sign">Sign</button>
</form>
<form><input name="q"></form>"""


def page() -> Page:
    reader = _Reader()
    reader.feed(HTML)
    return Page("http://127.0.0.1:1/here/", 200, HTML, reader.links, reader.forms)


def test_it_reads_what_a_form_would_send() -> None:
    form = page().form("digest")
    assert form is not None
    assert (form.action, form.method) == ("/sign/", "post")
    assert form.fields == {
        "digest": "ab12",
        "note": "",
        "meaning": "REJECT",
        "seat": "2",
        "reason": "because & so",
    }
    assert form.choices["meaning"] == ["ACCEPT", "REJECT"]


def test_it_finds_a_form_by_its_fields() -> None:
    found = page().form("q")
    assert found is not None and found.method == "get"
    assert page().form("digest", "q") is None


def test_it_follows_links_of_the_same_site_only() -> None:
    assert page().paths() == ["/epics/", "/here/"]


def test_it_reads_the_title() -> None:
    assert page().title == "Sign E-1"
