"""Charts in Chromium: drawn by the server, by Plotly once somebody points at one; by the server alone without scripts.

The sheet's charts are named in markup, as anybody may name a promise.
"""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.common.finders import SCRIPT, package_data
from tests.architecture.house import ROOT
from tests.browser.living import Demo
from tests.browser.looking import opened, settle, violations
from tests.browser.sheet_urls import WRITTEN
from tests.browser.visitor import PATIENCE, visiting

DRAWN = "[...document.querySelectorAll('[data-chart]')].every((box) => 'drawn' in box.dataset)"
# What Plotly drew: colors of line, band, limit and mark.
COLORS = """() => ["figures", "band"].map((role) => {
  const place = document.querySelector("#by-month .chart-drawn");
  const trace = place._fullData.find((one) => one.meta === role);
  return role === "band" ? trace.fillcolor : trace.line.color;
})"""
SHIFT = """new Promise((tell) => {
  let sum = 0;
  const add = (list) => { for (const one of list.getEntries()) sum += one.value; };
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => tell(sum), 300);
})"""

on_sheet = pytest.mark.urls("tests.browser.sheet_urls")


def until(page: Page, told: Callable[[], Any]) -> None:
    """Asked from outside each time: what Playwright would ask again in the page, the page's policy refuses."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not told():
        assert time.monotonic() < deadline, "nothing came of it"
        page.wait_for_timeout(20)


def see_drawn(page: Page) -> None:
    """Every chart of the page, once somebody has pointed at one and scrolled past all of them."""
    settle(page)
    page.locator("[data-chart]").first.hover()
    for box in page.locator("[data-chart]").all():
        box.scroll_into_view_if_needed()
    until(page, lambda: page.evaluate(DRAWN))


def place_of(page: Page, what: str) -> dict[str, float]:
    box = page.locator(what).bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"] + box["height"] / 2, "width": box["width"]}


@on_sheet
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_plotly_takes_the_place_of_the_servers_drawing(sheet: str, chromium: Browser, theme: str, width: int) -> None:
    page, complaints = opened(chromium, f"{sheet}/charts/", theme, width)
    see_drawn(page)
    expect(page.locator("#by-month .chart-sketch")).to_be_hidden()
    expect(page.locator("#by-month .chart-drawn .scatterlayer .trace")).to_have_count(3)
    expect(page.locator(".modebar")).to_have_count(0)
    # The same place: lines across stand where they stood, and end where they ended. Plotly's grid has none at the ends.
    for sketched, drawn in ((1, 0), (3, 2)):
        there = place_of(page, f"#by-target .grid >> nth={sketched}")
        assert there == pytest.approx(place_of(page, f"#by-target .ygrid >> nth={drawn}"), abs=1.5)
    assert page.evaluate(SHIFT) == 0
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    page.context.close()


@on_sheet
def test_colors_are_those_of_the_theme_and_follow_it(sheet: str, chromium: Browser) -> None:
    page, complaints = opened(chromium, f"{sheet}/charts/")
    see_drawn(page)
    light = page.evaluate(COLORS)
    assert light == ["rgb(43, 79, 192)", "rgba(43, 79, 192, 0.14)"]  # --info of static/css/tokens.css
    page.emulate_media(color_scheme="dark")
    until(page, lambda: page.evaluate(COLORS) == ["rgb(147, 171, 255)", "rgba(147, 171, 255, 0.14)"])
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Light").click()
    until(page, lambda: page.evaluate(COLORS) == light)
    assert complaints == []
    page.context.close()


@on_sheet
def test_it_is_as_wide_as_there_is_room(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, f"{sheet}/charts/")
    see_drawn(page)
    page.set_viewport_size({"width": 500, "height": 844})
    box = page.locator("#by-month .chart")
    until(
        page,
        lambda: (
            page.locator("#by-month .main-svg").first.evaluate("one => one.clientWidth")
            == box.evaluate("one => one.clientWidth")
        ),
    )
    page.context.close()


@on_sheet
def test_a_part_that_htmx_puts_there_is_drawn_too(sheet: str, chromium: Browser) -> None:
    page, complaints = opened(chromium, f"{sheet}/charts/")
    see_drawn(page)
    expect(page.locator("#by-month .xtick")).to_have_text(["May 2026", "Nov 2026"])
    page.get_by_role("link", name="A month later").click()
    # Nobody points at the new ones.
    expect(page.locator("#by-month .xtick")).to_have_text(["May 2026", "Dec 2026"])
    see_drawn(page)
    assert page.locator(f'script[src*="{SCRIPT}"]').count() == 1
    assert complaints == []
    page.context.close()


@on_sheet
def test_what_people_write_is_shown_as_it_is_written(sheet: str, chromium: Browser) -> None:
    page, complaints = opened(chromium, f"{sheet}/charts/")
    see_drawn(page)
    drawn = page.locator("#by-month .chart-drawn")
    expect(drawn.locator(".annotation-text", has_text="Bold")).to_have_text(WRITTEN)
    box = page.locator("#by-month .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 60)
    expect(drawn.locator(".hovertext")).to_contain_text(WRITTEN)
    expect(drawn.locator(".hovertext")).to_contain_text("Nov 2026")
    assert drawn.locator("a, b, [style*='font-weight: bold']").count() == 0
    assert page.get_by_role("img", name=f"{WRITTEN}: met in Nov 2026.").count() == 1
    assert complaints == []
    page.context.close()


@on_sheet
def test_without_scripts_the_servers_drawing_stands(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, f"{sheet}/charts/", scripts=False)
    for chart in ("#by-month", "#by-target"):
        expect(page.locator(f"{chart} .chart-sketch")).to_be_visible()
        expect(page.locator(f"{chart} circle").first).to_be_visible()
    expect(page.locator("#by-month .end", has_text="Bold")).to_have_text(WRITTEN)
    expect(page.locator(".chart-drawn")).to_have_count(0)
    page.context.close()


@on_sheet
def test_where_plotly_does_not_come_the_servers_drawing_stands(sheet: str, chromium: Browser) -> None:
    page, complaints = opened(chromium, f"{sheet}/parts/")
    page.route(re.compile(re.escape(SCRIPT)), lambda route: route.abort())
    page.goto(f"{sheet}/charts/")
    page.locator("#by-month .chart").hover()
    until(page, lambda: any("A chart is not drawn anew" in one for one in complaints))
    expect(page.locator("#by-month .chart-sketch")).to_be_visible()
    page.context.close()


@on_sheet
def test_it_is_not_loaded_before_somebody_points_at_a_chart(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, f"{sheet}/charts/")
    page.mouse.move(5, 5)
    page.locator("h1").hover()
    page.mouse.wheel(0, 400)
    page.wait_for_timeout(500)
    assert page.locator(f'script[src*="{SCRIPT}"]').count() == 0
    expect(page.locator("#by-month .chart-sketch")).to_be_visible()
    page.context.close()


@on_sheet
def test_a_finger_that_scrolls_does_not_load_it_and_one_that_taps_does(sheet: str, chromium: Browser) -> None:
    page = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(f"{sheet}/charts/")
    settle(page)
    at = place_of(page, "#by-month .chart")
    finger = page.context.new_cdp_session(page)
    for kind, up in (("touchStart", 0), ("touchMove", 40), ("touchMove", 120), ("touchEnd", None)):
        points = [] if up is None else [{"x": at["x"] + 90, "y": at["y"] - up}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > 0
    assert page.locator(f'script[src*="{SCRIPT}"]').count() == 0
    page.locator("#by-month .chart").tap()
    expect(page.locator("#by-month .chart-drawn .main-svg").first).to_be_visible()
    page.context.close()


@on_sheet
def test_keys_pass_by_and_nothing_moves_by_itself(sheet: str, chromium: Browser) -> None:
    page, _ = opened(chromium, f"{sheet}/charts/")
    see_drawn(page)
    inside = "document.activeElement.closest('[data-chart]') !== null"
    for _ in range(40):
        page.keyboard.press("Tab")
        assert not page.evaluate(inside)
    assert page.evaluate("document.querySelector('.chart-drawn').getAnimations({subtree: true}).length") == 0
    page.context.close()


def test_style_sheets_that_plotly_would_make_are_known() -> None:
    """It makes one where it finds no element of that id, and the policy refuses it."""
    known = (ROOT / "static/js/charts.js").read_text()
    ids = set(re.findall(r'getElementById\("([0-9a-f]{64})"\)', (package_data() / SCRIPT).read_text()))
    assert ids and all(one in known for one in ids)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("path", "charts"), [("/slos/SLO-2/", 2), ("/slos/SLO-2/nines/", 1), ("/resources/RES-1/", 1)])
def test_charts_of_the_demo(chromium: Browser, demo: Demo, path: str, charts: int, theme: str) -> None:
    with visiting(chromium, demo.url, color_scheme=theme) as visitor:
        visitor.sign_in("priya", demo.password)
        page = visitor.go(path)
        expect(page.locator("[data-chart]")).to_have_count(charts)
        see_drawn(page)
        expect(page.locator(".chart-drawn .main-svg").first).to_be_visible()
        assert violations(page) == []
