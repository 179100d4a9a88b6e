"""A sheet of all components and one made-up epic page, for pictures and for axe; never part of the portal."""

from datetime import date, timedelta
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path
from django.utils import timezone

from apps.common.access import public
from apps.common.drawing import Chart, Line, Mark
from apps.common.page import page_or_partial
from apps.common.refused import Refused
from apps.common.tones import TONES


class SheetForm(forms.Form):
    title = forms.CharField(help_text="As people will speak of it.")
    text = forms.CharField(widget=forms.Textarea(attrs={"class": "code", "rows": 5}), required=False)
    kind = forms.ChoiceField(choices=[("HARD", "Hard"), ("SOFT", "Soft")])
    until = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    file = forms.FileField(required=False, help_text="A ZIP of .feature files, at most 8 MB.")
    told = forms.BooleanField(required=False, label="Tell the analysts", help_text="They get a line in their inbox.")
    meaning = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[("ACCEPT", "Accept delivery"), ("EXCEPT", "Accept with exceptions"), ("REJECT", "Reject")],
    )
    meaning.choice_help = {  # type: ignore[attr-defined]
        "ACCEPT": "Everything promised is delivered.",
        "EXCEPT": "Delivered, but for what is listed; each has an owner and an end.",
        "REJECT": "Say what is missing; it becomes a comment on the story.",
    }


class FilterForm(forms.Form):
    q = forms.CharField(label="Words", widget=forms.TextInput(attrs={"type": "search"}), required=False)
    state = forms.ChoiceField(choices=[("", "Any"), ("SIGNED", "Signed")], required=False)
    team = forms.ChoiceField(choices=[("", "All teams"), ("P", "Payments")], required=False)


def _who(name: str, **more: object) -> SimpleNamespace:
    return SimpleNamespace(name=name, get_absolute_url=lambda: "#", is_service=False, **more)


class Maria:
    """Somebody signed in, without a database."""

    name = "Maria Oliveira"
    is_authenticated, is_service = True, False

    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        return "maria"

    def has_perm(self, right: str) -> bool:
        return True


def _signed_in(request: HttpRequest) -> None:
    request.user = Maria()  # type: ignore[assignment]


def _context() -> dict[str, object]:
    now = timezone.now()
    rows = [
        ("S-340", "Pay with a stored card", "SIGNED", "9f3c81d041be0777", "Ruben Diaz", 2880),
        ("S-341", "See delivery price before paying", "SIGNED", "41be0777c07d5a77", "Ruben Diaz", 2890),
        (
            "S-342",
            "Keep the basket when a payment is declined at the bank",
            "BROKEN",
            "c07d5a77aa90d21a",
            "Lena Okafor",
            38,
        ),
        ("S-343", "Pay as a guest", "FAILING", "77aa90d21a9f3c81", "Lena Okafor", 7300),
        ("S-344", "Refund to the original method", "READY", "e5521f0041be0777", "", 0),
    ]
    return {
        "demo_mode": True,
        "states": [state for state in TONES if state.isupper()],
        "form": SheetForm(initial={"title": "Pay as a guest", "meaning": "EXCEPT"}),
        "wrong": SheetForm({"title": "", "kind": "HARD", "meaning": "ACCEPT", "until": "31 February"}, prefix="wrong"),
        "filters": FilterForm({"state": "SIGNED"}, prefix="f"),
        "now": now,
        "rows": [
            {
                "key": k,
                "title": t,
                "state": s,
                "digest": d,
                "by": _who(n) if n else None,
                "at": now - timedelta(minutes=m),
            }
            for k, t, s, d, n, m in rows
        ],
        "maria": _who("Maria Oliveira"),
        "jonas": _who("Jonas Thoma"),
        "priya": _who("Priya Nair"),
        "importer": SimpleNamespace(name="importer", is_service=True),
        "earlier": now - timedelta(minutes=38),
        "long_ago": now - timedelta(days=40),
        "digest": "9f3c81d041be0777c07d5a77aa90d21a9f3c81d041be0777c07d5a77aa90d21a",
        "lines": [
            (
                "place",
                "S-342 Keep the basket when a payment is declined · scenario “Card declined at the bank”",
            ),
            {"kind": "kept", "keyword": "Given", "text": "a basket with 2 items"},
            {"kind": "kept", "keyword": "When", "text": "the bank declines the card"},
            {"kind": "gone", "keyword": "Then", "text": "the basket still holds 2 items"},
            {"kind": "came", "keyword": "Then", "text": "the basket still holds 2 items for 30 minutes"},
            {"kind": "came", "keyword": "And", "text": "the customer is told why in their language"},
        ],
        "criteria": [
            (
                "MET",
                "14 of 14 stories signed at their current text",
                "Last: S-342 by R. Diaz, 38 min ago",
                None,
            ),
            ("MET", "Latest run is green", "46 of 46 scenarios at a1b2c3d, 52 min ago", None),
            ("MET", "Seats filled, no conflict", "Product, engineering, SRE", None),
            ("WAIVED", "1 of 6 NFRs waived", "Cold start under 2 s, until 15 Dec", _who("Jonas Thoma")),
            ("UNMET", "1 of 2 hard dependencies signed", "E-40 waits for its analyst", _who("Lena Okafor")),
            ("UNKNOWN", "NFR “p99 under 400 ms” never attested", "", _who("Priya Nair")),
        ],
    }


@public
def sheet(request: HttpRequest) -> HttpResponse:
    """Every component once."""
    _signed_in(request)
    return render(request, "sheet/sheet.html", _context())


@public
def epic(request: HttpRequest) -> HttpResponse:
    """How a page of work looks."""
    if "toast" in request.GET:
        messages.success(request, "E-42 is signed. The receipt is entry 4,712 of the log.")
        messages.error(request, "The import was refused: line 14 of basket.feature.")
    _signed_in(request)
    return render(request, "sheet/epic.html", _context())


@public
def receipt(request: HttpRequest) -> HttpResponse:
    """What prints."""
    _signed_in(request)
    return render(request, "sheet/receipt.html", _context())


@public
def parts(request: HttpRequest) -> HttpResponse:
    """What htmx may meet: a list that goes on, a refusal, a session that ended, a part with a message."""
    asked = request.GET.get("part", "")
    if asked == "refused":
        raise Refused("E-42 changed while you were reading.")
    if asked == "ended":
        return redirect("account_login")
    if asked == "done":
        messages.success(request, "E-42 is signed.")
    after = int(request.GET.get("after", 0))
    context = {"numbers": range(after + 1, after + 4), "next_url": f"?after={after + 3}" if after < 6 else ""}
    return page_or_partial(request, "sheet/parts.html", "sheet/_parts_list.html", context)


# What somebody may call a promise, and what a chart must not take for its own.
WRITTEN = '<b>Bold</b> & <a href="https://elsewhere.example.org/">linked</a> %{x}'
MONTHS = [date(2026, month, 15) for month in range(5, 12)]


def made_charts(last: str) -> dict[str, Chart]:
    """One of each kind; all that a person may write in them is markup."""
    return {
        "history": Chart(
            words=f"{WRITTEN}: met in {last}.",
            name=WRITTEN,
            at=MONTHS,
            values=[99.93, 99.95, 99.91, None, 99.97, 99.88, 99.96],
            texts=[f"{WRITTEN}\n{on:%b %Y}" for on in MONTHS],
            across=(date(2026, 5, 1), date(2026, 11, 30)),
            labels=[(MONTHS[0], "May 2026"), (MONTHS[-1], last)],
            lows=[99.90, 99.92, 99.88, None, 99.95, 99.85, 99.94],
            highs=[99.95, 99.97, 99.94, None, 99.98, 99.90, 99.97],
            limit=Line((date(2026, 5, 1), date(2026, 8, 3), date(2026, 11, 30)), (99.9, 99.95, 99.95), WRITTEN),
            marks=[Mark(date(2026, 8, 3), "99.95 % from 3 Aug")],
        ),
        "targets": Chart(
            words="99 % always, 99.9 % mostly.",
            name="Met in",
            at=[0, 1],
            values=[100, 80],
            texts=["99 % always", "99.9 % mostly"],
            across=(-0.5, 1.5),
            labels=[(0, "99 %"), (1, "99.9 %")],
            lows=[95, 60],
            highs=[100, 90],
            held=(0, 100),
            scattered=True,
        ),
    }


@public
def charts(request: HttpRequest) -> HttpResponse:
    """Charts, whole or as the part that htmx puts in their place."""
    _signed_in(request)
    made = made_charts("Dec 2026" if "later" in request.GET else "Nov 2026")
    return page_or_partial(request, "sheet/charts.html", "sheet/_charts_part.html", dict(made))


urlpatterns = [
    path("parts/", parts),
    path("charts/", charts),
    path("sheet/", sheet),
    path("epics/E-42/", epic),
    path("epics/E-42/receipt/", receipt),
    path(
        "search/",
        include(
            (
                [
                    path("", sheet, name="search"),
                    path("inbox/", sheet, name="inbox"),
                    path("d/", sheet, name="desk_detail"),
                ],
                "desk",
            )
        ),
    ),
    path(
        "d/",
        include(
            (
                [
                    path("e/", sheet, name="epic_list"),
                    path("s/", sheet, name="story_list"),
                    path("i/", sheet, name="feature_import_list"),
                ],
                "delivery",
            )
        ),
    ),
    path("s/", include(([path("r/", sheet, name="run_list")], "specs"))),
    path(
        "o/",
        include(
            (
                [path("o/", sheet, name="organization_detail"), path("p/", sheet, name="profile")],
                "organization",
            )
        ),
    ),
    path("a/", include(([path("a/", sheet, name="entry_list")], "audit"))),
    path("accounts/", include("allauth.urls")),
]
