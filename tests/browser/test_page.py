"""The page in a real browser, with no network but the loopback."""

import itertools
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
pytest.importorskip("starlette", reason="the extra [app] is not installed")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install playwright"
)

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
PATIENCE = 90_000  # milliseconds; a busy machine may be slow, and waiting ends when it is done
DONE = "() => window.allegiance?.world && window.allegiance.history('b')?.done"


@pytest.fixture(scope="module")
def address():
    arguments = [sys.executable, "-m", "experiments.cli", "app", "--no-browser", "--size", "tiny"]
    with subprocess.Popen(
        [*arguments, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line + process.stderr.read()
        yield found[0]
        process.terminate()


@pytest.fixture(scope="module")
def chromium():
    if BROWSER is None:
        pytest.skip("no Chromium is installed; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(chromium, address, link="", ready=True, **options):
    """Open the page; whatever it asks of another host or complains about is a fault."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 720}, accept_downloads=True, **options
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    faults = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((address, "blob:", "data:", "file:"))
            else faults.append(f"asked: {request.url}")
        ),
    )
    page.goto(address + link)
    if ready:
        page.wait_for_function(DONE)
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def page(chromium, address):
    with opened(chromium, address) as page:
        yield page


def state(page, name):
    """A part of the page's state, from its link."""
    page.wait_for_timeout(450)
    found = re.search(rf"[#&]{name}=([^&]*)", page.url)
    return found[1] if found else None


def test_the_page_opens_with_its_fonts_and_its_icon(page):
    assert page.evaluate("document.fonts.check('16px \"Source Sans 3\"')")
    assert page.evaluate("document.fonts.check('16px \"Source Serif 4\"')")
    assert page.locator(".shares-a svg.chart").is_visible()
    assert page.locator(".date-old").inner_text() == "1 March"
    assert page.locator(".date-new").inner_text() == "14 March New Style"


def test_playing_moves_the_date_and_pausing_holds_it(page):
    page.keyboard.press("Space")
    page.wait_for_function("() => window.allegiance.timeline.shownDay > 5")
    page.keyboard.press("Space")
    held = page.locator(".date-old").inner_text()
    page.wait_for_timeout(300)
    assert page.locator(".date-old").inner_text() == held


def test_playing_to_the_end_stops_on_the_last_day(page):
    page.locator("#scrubber").fill("259")
    page.locator("#speed").select_option("32")
    page.locator(".transport.play").click()
    page.wait_for_function("() => !window.allegiance.playing")
    assert page.locator(".date-old").inner_text() == "17 November"


def test_a_projector_plugged_in_later_gets_the_same_page(chromium, address):
    def sizes(page):
        page.wait_for_timeout(500)
        return page.evaluate(
            "() => [...document.querySelectorAll('#view-story svg.chart text')]"
            ".map((t) => Number(t.getAttribute('font-size'))).sort((a, b) => a - b)"
        )

    with opened(chromium, address) as page:
        small = sizes(page)
        page.set_viewport_size({"width": 1920, "height": 1080})
        grown = sizes(page)
        page.reload()
        page.wait_for_function(DONE)
        fresh = sizes(page)
    assert max(small) < max(grown)
    assert grown == fresh


def test_a_first_time_user_switches_the_revolt_off_and_sees_the_difference(page):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_selector(".shares-d svg.chart path")
    page.wait_for_function(DONE)
    page.locator("#scrubber").fill("200")
    assert "What if: No Kornilov revolt" in page.locator(".shares-b h2").inner_text()
    label = page.locator(".shares-d svg title").text_content()
    assert re.search("Bolsheviks \u2212\\d+ points", label)
    assert page.locator("#event-kornilov.removed").count() == 1


def test_the_difference_gets_an_interval_from_twenty_paired_runs(page):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_function("() => window.allegiance.differenceBand('places', 'petrograd_workers')")
    page.wait_for_selector(".shares-d svg path[fill-opacity]", state="attached")


def test_a_slider_recomputes_the_year(page):
    page.locator("#slider-box summary").click()
    page.locator("#scrubber").fill("120")
    before = page.locator(".shares-a svg title").text_content()
    page.locator("#slider-grievance_weight").fill("0")
    page.wait_for_selector(".story-left.comparing")
    page.wait_for_function(
        "() => document.querySelector('.shares-b svg title')?.textContent.includes('%')"
    )
    page.wait_for_function("() => window.allegiance.measures.redraw.length > 1")
    after = page.locator(".shares-b svg title").text_content()
    assert before.split(". ")[1] != after.split(". ")[1]
    assert page.locator("#value-grievance_weight").inner_text() == "1.5"
    assert "moved sliders are held" in page.locator("#what-if-foot .base").inner_text()


def test_scrubbing_with_the_keyboard_moves_a_day_and_a_week(page):
    page.locator("#stage").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".date-old").inner_text() == "2 March"
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".date-old").inner_text() == "9 March"
    page.keyboard.press("End")
    assert page.locator(".date-old").inner_text() == "17 November"


def test_an_event_tells_what_happened_and_where_that_is_reported(page):
    page.locator("#event-july_days").click()
    card = page.locator(".event-card")
    assert "July Days" in card.locator("h3").inner_text()
    assert "3\u20137 July (16\u201320 July New Style)" in card.inner_text()
    assert "Rabinowitch" in card.locator(".source").inner_text()


def test_a_documented_figure_appears_on_its_day_and_not_before(page):
    page.locator("#scrubber").fill("171")
    assert "Petrograd city duma" not in page.locator("#view-story .card.record").inner_text()
    page.locator("#scrubber").fill("172")
    card = page.locator("#view-story .card.record")
    assert "Petrograd city duma" in card.inner_text()
    assert "35 %" in card.inner_text()


def test_the_record_shows_members_and_claims_with_hits_and_misses(page):
    page.get_by_role("tab", name="Record").click()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelectorAll('.record-row.miss').length > 0")
    score = page.locator(".record-panel .score").inner_text()
    hits, n = map(int, re.search(r"So far (\d+) of (\d+) figures", score).groups())
    assert 0 < hits < n
    assert re.search(r"\d of 4 claims hold", score)
    members = page.locator(".record-row", has_text="Second City Conference")
    assert "32,220" in members.inner_text()
    claim = page.locator(".record-row", has_text="Menshevik: more than 50 %")
    assert re.search(r"in \d+ % of runs", claim.inner_text())
    claim.click()
    assert "it says what did not change" in page.locator(".record-detail").inner_text()


def test_a_picture_says_which_place_and_body_it_shows(page):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_function(DONE)
    page.locator("#place").select_option("kronstadt")
    page.locator("#save-button").click()
    with page.expect_download() as download:
        page.locator("#save-svg").click()
    picture = Path(download.value.path()).read_text(encoding="utf-8")
    assert "Kronstadt" in picture.split("Petrograd Soviet")[0]
    assert "1917 in the model, and: No Kornilov revolt" in picture


def test_a_picture_of_a_factory_names_its_colours_and_its_one_history_and_keeps_its_axis(page):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_function(DONE)
    page.get_by_role("tab", name="One person").click()
    page.locator(".unit").nth(1).click()
    page.wait_for_selector(".carpet rect")
    carpet, panel = (
        page.locator(name).first.bounding_box() for name in (".carpet", "#view-people")
    )
    assert carpet["y"] + carpet["height"] <= panel["y"] + panel["height"]
    legend = page.locator("#view-people .legend").bounding_box()
    assert legend["y"] + legend["height"] <= carpet["y"] + 1
    page.locator("#save-button").click()
    with page.expect_download() as download:
        page.locator("#save-svg").click()
    picture = Path(download.value.path()).read_text(encoding="utf-8")
    assert ">No Kornilov revolt<" in picture
    assert "in the model, and" not in picture
    for party in ("Bolsheviks", "Mensheviks", "No party"):
        assert f">{party}<" in picture
    assert ">Where<" not in picture


def test_the_class_guesses_before_the_record_is_shown(page):
    page.locator("#toggle-guess").check()
    page.locator("#scrubber").fill("170")
    page.locator(".transport.play").click()
    page.wait_for_selector("#guess[open]")
    dialog = page.locator("#guess")
    assert "Petrograd city duma" in dialog.inner_text()
    assert "35 %" not in dialog.inner_text()
    page.locator("#guess-slider").fill("20")
    page.locator("#guess-reveal").click()
    assert "35 %" in dialog.inner_text()
    assert "15 points off" in dialog.inner_text()
    page.locator("#guess-on").click()
    page.wait_for_function("() => window.allegiance.timeline.shownDay >= 172")


def test_a_person_tells_a_year(page):
    page.get_by_role("tab", name="One person").click()
    page.locator(".unit").nth(2).click()
    page.wait_for_selector(".carpet rect")
    page.locator(".carpet").click(position={"x": 100, "y": 40})
    page.wait_for_selector(".year li")
    assert "On the first of March this worker stood" in page.locator(".year").inner_text()
    assert "invented by the model" in page.locator(".year").inner_text()


def test_a_place_of_the_map_opens_its_story(page):
    page.get_by_role("tab", name="Places").click()
    page.locator("#view-places [data-place=kronstadt]").click()
    assert page.locator("#place").input_value() == "kronstadt"
    assert page.locator("#view-story").is_visible()


def test_the_seats_of_another_body_can_be_chosen(page):
    page.get_by_role("tab", name="Soviets").click()
    page.locator("#body").select_option("kronstadt_soviet")
    assert "Kronstadt Soviet" in page.locator("#view-bodies svg title").first.text_content()


@pytest.mark.parametrize(
    ("button", "name", "start"),
    [
        ("save-svg", "1917_story.svg", b"<svg"),
        ("save-png", "1917_story.png", b"\x89PNG"),
        ("save-csv", "allegiance_shares.csv", b"history,day,date_old_style"),
        ("save-parquet", "allegiance_shares.parquet", b"PAR1"),
        ("save-votes", "allegiance_votes.csv", b"history,observation"),
        ("save-yaml", "class_room.yaml", b"# @package _global_"),
    ],
)
def test_files_are_saved(page, button, name, start):
    page.locator("#scrubber").fill("200")
    page.locator("#save-button").click()
    with page.expect_download() as download:
        page.locator(f"#{button}").click()
    assert download.value.suggested_filename == name
    assert Path(download.value.path()).read_bytes().startswith(start)


def test_a_reload_restores_what_was_set(page):
    page.get_by_label("No Kornilov revolt").check()
    page.locator("#place").select_option("kronstadt")
    page.locator("#scrubber").fill("210")
    assert state(page, "scenarios") == "no_revolt"
    page.reload()
    page.wait_for_function(DONE)
    assert page.get_by_label("No Kornilov revolt").is_checked()
    assert page.locator("#place").input_value() == "kronstadt"
    assert page.locator(".date-old").inner_text() == "27 September"


def test_a_link_with_nonsense_opens_the_page_as_it_is(chromium, address):
    link = (
        "#view=x&day=9999&scenarios=%3Cb%3E,nope&parameters=discredit:NaN,zz:1&seed=-3"
        "&place=__proto__"
    )
    with opened(chromium, address, link) as page:
        assert page.locator("#view-story").is_visible()
        assert page.locator(".date-old").inner_text() == "1 March"


def test_two_tabs_do_not_disturb_each_other(chromium, address, page):
    with opened(chromium, address) as other:
        other.get_by_label("No Kornilov revolt").check()
        other.locator("#scrubber").fill("100")
        other.wait_for_selector(".shares-d svg.chart path")
    assert not page.get_by_label("No Kornilov revolt").is_checked()
    assert page.locator(".date-old").inner_text() == "1 March"


def test_a_comparison_opens_from_a_file_without_a_server(chromium, page, tmp_path):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_function("() => window.allegiance.differenceBand('places', 'petrograd_workers')")
    page.locator("#scrubber").fill("210")
    page.locator("#save-button").click()
    with page.expect_download() as download:
        page.locator("#save-html").click()
    path = tmp_path / "comparison.html"
    download.value.save_as(path)
    with opened(chromium, path.as_uri(), ready=False, offline=True) as alone:
        alone.wait_for_function("() => window.allegiance?.history('b')?.done")
        assert alone.locator(".date-old").inner_text() == "27 September"
        assert "No Kornilov revolt" in alone.locator(".shares-b h2").inner_text()
        there = alone.locator(".shares-d svg title").text_content()
        assert there == page.locator(".shares-d svg title").text_content()
        assert alone.locator("#scenario-no_revolt").is_disabled()
        assert saved(alone).count("data:font/woff2;base64,") == 2


def test_the_page_says_when_the_model_has_gone(chromium):
    arguments = [sys.executable, "-m", "experiments.cli", "app", "--no-browser", "--size", "tiny"]
    with subprocess.Popen(
        [*arguments, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        address = re.search(r"http://\S+/", process.stdout.readline())[0]
        page = chromium.new_page()
        page.goto(address)
        page.wait_for_function(DONE, timeout=PATIENCE)
        process.terminate()
        said = "() => document.getElementById('notice').textContent.startsWith('The model is not')"
        page.wait_for_function(said, timeout=PATIENCE)
        page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_runs_over_the_edge_of_the_screen_and_no_type_is_tiny(chromium, address, theme):
    link = f"#view=people&day=200&theme={theme}&unit=1&person=300&scenarios=no_revolt"
    with opened(chromium, address, link) as page:
        page.wait_for_selector(".year li")
        for view, width, height in itertools.product(range(1, 6), (1280, 1920), (720, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.keyboard.press(str(view))
            page.wait_for_timeout(120)
            assert max(page.evaluate(OVER)) <= 0, (view, width, height)
            assert page.evaluate(SMALLEST) >= 11, (view, width, height)


OVER = """() => [document.documentElement.scrollWidth - innerWidth,
  document.documentElement.scrollHeight - innerHeight]"""

SMALLEST = """() => {
  const sizes = [...document.querySelectorAll('.view:not([hidden]) *, .timeline *, .what-if *')]
    .filter((e) => e.checkVisibility())
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => parseFloat(getComputedStyle(e).fontSize));
  return Math.min(...sizes);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(chromium, address, theme):
    with opened(chromium, address, f"#day=200&theme={theme}") as page:
        assert page.evaluate(CONTRASTS) == []


CONTRASTS = """() => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const light = (hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const pairs = [['--ink', '--paper'], ['--ink', '--panel'], ['--muted', '--paper'],
    ['--muted', '--panel'], ['--warn', '--panel'], ['--accent-ink', '--accent'],
    ['--panel', '--ink']];
  return pairs.filter(([a, b]) => ratio(colour(a), colour(b)) < 4.5).map((p) => p.join(' on '));
}"""


def test_every_control_has_a_name_for_a_screen_reader(page):
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, [role=button], [role=img]')]
          .filter((e) => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
            || e.textContent.trim() || e.labels?.length || e.querySelector?.('title')))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


def saved(page, button="save-svg"):
    """The present view as a saved picture."""
    page.locator("#save-button").click()
    with page.expect_download() as download:
        page.locator(f"#{button}").click()
    return Path(download.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "link",
    [
        "#day=200&scenarios=no_revolt",
        "#view=places&day=200",
        "#view=bodies&day=200&scenarios=no_revolt",
        "#view=votes&day=200",
        "#view=people&day=200&unit=1&person=300",
    ],
    ids=["story", "places", "bodies", "votes", "people"],
)
def test_a_saved_picture_brings_its_typefaces_and_no_text_stands_on_another(
    chromium, address, link
):
    with opened(chromium, address, link) as page:
        if "people" in link:
            page.wait_for_selector(".year li")
        picture = saved(page)
    assert picture.count("data:font/woff2;base64,") == 2
    drawn = chromium.new_page()
    drawn.set_content(picture)
    drawn.evaluate("() => document.fonts.ready")
    assert drawn.locator("svg text").count() > 20
    assert drawn.evaluate(ON_EACH_OTHER) == []
    assert drawn.evaluate(WITHOUT_TYPEFACE) == []
    drawn.close()


ON_EACH_OTHER = """() => {
  const boxes = [...document.querySelectorAll('svg text')]
    .filter((t) => t.textContent.trim() && t.checkVisibility({ visibilityProperty: true }))
    .map((t) => {
      const box = t.getBoundingClientRect();
      const [middle, half] = [(box.top + box.bottom) / 2, 0.3 * t.getAttribute('font-size')];
      return { words: t.textContent, left: box.left, right: box.right,
        top: middle - half, bottom: middle + half };
    });
  const found = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) {
      found.push(`${a.words} / ${b.words}`);
    }
  }));
  return found;
}"""

WITHOUT_TYPEFACE = """() => [...document.querySelectorAll('svg text[textLength]')].filter((t) => {
  const kept = Number(t.getAttribute('textLength'));
  t.removeAttribute('textLength');
  return Math.abs(t.getComputedTextLength() - kept) > 1 + 0.02 * kept;
}).map((t) => t.textContent)"""


def test_a_saved_comparison_names_both_halves_and_tells_the_event(chromium, address):
    with opened(chromium, address, "#day=200&scenarios=no_revolt") as page:
        picture = saved(page)
        event = page.locator(".event-card h3").inner_text()
    words = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    assert words.count("1917 in the model") == 2  # over its shares and over its seats
    assert "No Kornilov revolt" in words
    assert event in words
    assert {"Bolsheviks", "Mensheviks", "No party"} <= set(words)


def test_two_compared_pictures_have_one_box_the_same_months_and_a_legend(page):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_selector(".shares-d svg.chart path")
    page.wait_for_function(DONE)
    for size in ({"width": 1280, "height": 720}, {"width": 1920, "height": 1080}):
        page.set_viewport_size(size)
        page.wait_for_timeout(400)
        boxes, tops, months = page.evaluate(
            """() => ['a', 'b'].map((slot) => {
              const { box, host } = window.allegiance.views.story.charts[slot];
              const months = [...host.querySelectorAll('text')].map((t) => t.textContent)
                .filter((words) => /^[A-Z][a-z]{2}/.test(words));
              return [box, host.getBoundingClientRect().top, months];
            }).reduce((all, one) => all.map((list, i) => [...list, one[i]]), [[], [], []])"""
        )
        assert boxes[0] == boxes[1]
        assert tops[0] == tops[1]
        assert months[0] == months[1]
        assert len(months[0]) > 3
    assert page.locator(".legend.shared li").all_inner_texts()[0] == "Bolsheviks"
    assert page.locator(".legend.shared").is_visible()


def test_the_days_to_come_are_hidden_again_when_a_change_is_taken_back(page):
    whole = page.locator("#toggle-whole")
    revolt = page.get_by_label("No Kornilov revolt")
    revolt.check()
    assert whole.is_checked()
    page.locator("#reset").click()
    assert not whole.is_checked()
    revolt.check()
    revolt.uncheck()
    assert not whole.is_checked()
    whole.check()
    revolt.check()
    page.locator("#reset").click()
    assert whole.is_checked()


def test_a_view_of_one_history_says_which_and_shows_the_other_on_request(page):
    page.get_by_role("tab", name="Places").click()
    which = page.locator("#view-places .which")
    assert not which.is_visible()
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_function("() => window.allegiance.measures.redraw.length > 1")
    page.locator("#scrubber").fill("200")
    workers = page.locator("#view-places [data-place=petrograd_workers]")
    pressed = which.locator("[aria-pressed=true]")
    assert pressed.inner_text() == "No Kornilov revolt"
    without = workers.get_attribute("aria-label")
    assert ">No Kornilov revolt<" in saved(page)
    which.get_by_role("button", name="1917 in the model").click()
    assert pressed.inner_text() == "1917 in the model"
    assert workers.get_attribute("aria-label") != without
    assert ">No Kornilov revolt<" not in saved(page)
    assert state(page, "shown") == "a"
    page.get_by_role("tab", name="One person").click()
    assert pressed.first.text_content() == "1917 in the model"
    page.locator("#reset").click()
    assert not page.locator("#view-people .which").is_visible()


def test_a_new_person_is_read_from_the_beginning_and_reset_takes_the_frame_away(page):
    page.get_by_label("No Kornilov revolt").check()
    page.wait_for_function(DONE)
    page.get_by_role("tab", name="One person").click()
    page.locator(".unit").nth(1).click()
    page.wait_for_selector(".carpet rect")
    page.locator(".carpet").click(position={"x": 100, "y": 150})
    page.wait_for_selector(".year li")
    body = page.locator(".year-panel .card-body")
    body.evaluate("(element) => { element.style.maxHeight = '4rem'; element.scrollTop = 60; }")
    assert body.evaluate("(element) => element.scrollTop") == 60
    first = state(page, "person")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"() => !location.hash.includes('person={first}')")
    page.wait_for_function("() => document.querySelector('.year-panel .card-body').scrollTop === 0")
    frame = page.locator(".carpet > rect[fill=none]")
    assert frame.get_attribute("visibility") == "visible"
    page.locator("#reset").click()
    page.wait_for_function(DONE)
    assert frame.get_attribute("visibility") == "hidden"
    assert "Click a line" in page.locator(".year-panel").inner_text()


def test_a_list_that_goes_on_says_how_much_is_below(page):
    more = page.locator(".scroll-box .more-below").first
    n = page.locator(".scenario > label").count()
    hidden = int(re.match(r"(\d+) more below", more.inner_text())[1])
    assert 0 < hidden < n
    page.locator("#scenarios").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    more.wait_for(state="hidden")


def test_no_mark_of_an_event_runs_through_the_name_of_another(page):
    crossed = page.evaluate(
        """() => {
          const names = [...document.querySelectorAll('.event-label')]
            .map((each) => each.getBoundingClientRect());
          return [...document.querySelectorAll('.event-mark')].filter((mark) => {
            const box = mark.getBoundingClientRect();
            const style = getComputedStyle(mark, '::before');
            const x = box.left + parseFloat(style.left);
            const top = box.top + parseFloat(style.top);
            return names.some(({ left, right, bottom }) =>
              x > left + 1 && x < right - 1 && top < bottom - 1);
          }).map((mark) => mark.id);
        }"""
    )
    assert page.locator(".event-label").count() > 2
    assert crossed == []


def test_the_scales_of_a_figure_stay_within_its_card(page):
    page.wait_for_function("() => window.allegiance.history('b').bands")
    days = page.evaluate(
        "() => window.allegiance.world.documented.filter((d) => d.telling).map((d) => d.last)"
    )
    for day in sorted(set(days)):
        page.locator("#scrubber").fill(str(min(day, 261)))
        over = page.locator("#view-story .card.record .card-body").evaluate(
            "(body) => body.scrollWidth - body.clientWidth"
        )
        assert over <= 0, day
    page.locator("#scrubber").fill("200")
    assert page.locator("#view-story .card.record td.strip svg").first.is_visible()


def test_the_words_on_the_stage_are_explained(page):
    words = dict(
        page.evaluate("() => window.allegiance.world.words.map(({word, text}) => [word, text])")
    )
    assert "in public" in words["Shown and held"]
    assert "in private" in words["Shown and held"]
    assert "Woods" in words["Chief source"]
    assert {"Electors", "Villages"} <= set(words)
    assert "show in public" in page.locator(".seats .note").inner_text()
    assert "held in private" in page.locator(".shares-a .caption").inner_text()
    told = page.evaluate(
        "() => [...window.allegiance.world.events, ...window.allegiance.world.bodies,"
        " ...window.allegiance.world.places].map(({source}) => source).join(' ')"
    )
    assert "hief source" not in told
    assert "Woods, Bolshevism" in told
    page.locator("#place").select_option("villages")
    assert "no soldier had deserted" in page.locator(".shares-a svg").text_content()


def test_a_dialog_is_closed_by_what_looks_like_a_button(page):
    page.locator("#glossary-button").click()
    close = page.locator("#glossary .close")
    edge, ground = close.evaluate(
        "(b) => [getComputedStyle(b).borderTopColor, getComputedStyle(b).backgroundColor]"
    )
    assert "rgba(0, 0, 0, 0)" not in (edge, ground)
    close.click()
    assert not page.locator("#glossary").is_visible()
