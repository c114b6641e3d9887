"""How the component looks where it stands: languages, directions, schemes, sizes, themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import DESKTOP, PHONE, Embed
from tests.web.journey import cards, dot, focused, sees, sheet, spot

OPEN = '<shop-the-look scene="room-00" object="object-1"></shop-the-look>'


def rect(locator: Locator) -> dict[str, float]:
    box = locator.bounding_box()
    assert box is not None
    return {
        "left": box["x"],
        "top": box["y"],
        "right": box["x"] + box["width"],
        "bottom": box["y"] + box["height"],
    }


def brightness(locator: Locator, name: str) -> int:
    color = str(locator.evaluate(f"one => getComputedStyle(one).{name}"))
    return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))


def middles(page: Page) -> list[tuple[float, float]]:
    """The middles of the dots, as fractions of the picture."""
    frame = rect(page.locator(".frame"))
    wide, high = frame["right"] - frame["left"], frame["bottom"] - frame["top"]
    dots = [rect(one) for one in page.locator(".dot").all()]
    return [
        (
            ((one["left"] + one["right"]) / 2 - frame["left"]) / wide,
            ((one["top"] + one["bottom"]) / 2 - frame["top"]) / high,
        )
        for one in dots
    ]


@pytest.mark.parametrize(
    ("lang", "label", "close", "price"),
    [
        ("en-GB", "Sofas, object 2 of 3", "Close", "€"),
        ("de", "Sofas, Gegenstand 2 von 3", "Schließen", ",50\u00a0€"),
        ("fr", "Canapés, objet 2 sur 3", "Fermer", ",50\u00a0€"),
        ("es-MX", "Sofás, objeto 2 de 3", "Cerrar", "EUR"),
        ("ja", "ソファ（3 個中 2 個目）", "閉じる", "€"),
        ("it", "Sofas, object 2 of 3", "Close", ",50\u00a0€"),
    ],
)
def test_the_language_of_the_page(embed: Embed, lang: str, label: str, close: str, price: str) -> None:
    page = embed(OPEN, html=f"lang={lang}", **DESKTOP)
    expect(page.get_by_role("button", name=label, exact=True)).to_be_visible()
    expect(sheet(page).get_by_role("button", name=close, exact=True)).to_be_visible()
    expect(page.locator("stl-card .price", has_text=price).first).to_be_visible()


def test_locale_and_currency_by_attribute(embed: Embed) -> None:
    page = embed(OPEN.replace(" scene", ' locale="fr-CA" currency="CAD" scene'))
    expect(page.get_by_role("button", name="Canapés, objet 2 sur 3")).to_be_visible()
    expect(page.locator("stl-card .price").first).to_contain_text("EUR")
    page.locator("shop-the-look").evaluate("one => { one.locale = 'de'; one.currency = 'EUR'; }")
    expect(page.get_by_role("button", name="Sofas, Gegenstand 2 von 3")).to_be_visible()
    expect(page.locator("stl-card .price").first).to_contain_text("€")


def test_a_sites_own_words(embed: Embed) -> None:
    page = embed(OPEN)
    page.locator("shop-the-look").evaluate("one => { one.messages = { close: 'Away with it' }; }")
    expect(sheet(page).get_by_role("button", name="Away with it")).to_be_visible()


def test_from_right_to_left(embed: Embed) -> None:
    page = embed(html="lang=ar dir=rtl", **DESKTOP)
    expect(page.locator(".dot")).to_have_count(3)
    # The picture is not mirrored, but read from its right.
    page.keyboard.press("Tab")
    assert focused(page) == "Tables, object 1 of 3"
    page.keyboard.press("Enter")
    sees(page, "Tables", "Table")
    assert rect(sheet(page))["right"] <= rect(page.locator(".frame"))["left"]
    page.keyboard.press("ArrowLeft")
    sees(page, "Sofas", "Sofa")
    assert spot(page)["x1"] == pytest.approx(0.349, abs=0.01)
    thumbnails = [rect(one)["left"] for one in page.locator("stl-sheet .other").all()]
    assert thumbnails == sorted(thumbnails, reverse=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_right_to_left_on_a_phone(embed: Embed) -> None:
    page = embed(html="lang=ar dir=rtl", **PHONE)
    dot(page, "Sofas").tap()
    sees(page, "Sofas", "Sofa")
    assert rect(cards(page).first)["right"] > 300
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_dark_where_the_page_is_dark(embed: Embed) -> None:
    def surface(theme: str, html: str = "lang=en", scheme: str = "dark") -> int:
        body = OPEN.replace(" scene", f" {theme} scene")
        page = embed(body, html=html, color_scheme=scheme, **DESKTOP)
        expect(sheet(page)).to_be_visible()
        return brightness(sheet(page), "backgroundColor")

    # A page that knows no dark stays bright also for those who like it dark.
    assert surface("") > 700
    assert surface('theme="dark"') < 150
    assert surface('theme="auto"') < 150
    assert surface('theme="auto"', scheme="light") > 700
    assert surface("", html='lang=en><meta name="color-scheme" content="dark"') < 150
    assert surface('theme="light"', html='lang=en><meta name="color-scheme" content="dark"') > 700


MOVING = """async () => {
    const look = document.querySelector("shop-the-look");
    look.object = "object-1";
    await look.updateComplete;
    await new Promise(requestAnimationFrame);
    const within = (root) => [
        ...root.getAnimations(),
        ...[...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot ? within(one.shadowRoot) : []),
    ];
    const moving = [...new Set(within(document))];
    return moving.filter((one) => one.effect.getComputedTiming().duration > 0).length;
}"""


def test_motion_only_for_those_who_like_it(embed: Embed) -> None:
    def moving(motion: str) -> int:
        page = embed(reduced_motion=motion, **DESKTOP)
        expect(page.locator(".dot")).to_have_count(3)
        return int(page.evaluate(MOVING))

    assert moving("no-preference") > 0
    assert moving("reduce") == 0


def test_dots_follow_the_picture(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    before = middles(page)
    for width, height in ((700, 900), (390, 844), (1600, 1000)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("innerWidth === " + str(width))
        for (x, y), (u, v) in zip(before, middles(page), strict=True):
            assert (x, y) == pytest.approx((u, v), abs=0.02)


def test_the_sheet_changes_its_place_with_the_width(embed: Embed) -> None:
    page = embed(OPEN)
    sees(page, "Sofas", "Sofa")
    assert rect(sheet(page))["left"] > rect(page.locator(".frame"))["right"]
    # What a browser's zoom of 300 % leaves of the window.
    page.set_viewport_size({"width": 427, "height": 300})
    expect(page.locator("stl-sheet[below]")).to_be_visible()
    expect(sheet(page)).to_be_in_viewport()
    assert rect(sheet(page))["bottom"] == pytest.approx(300, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("stl-sheet:not([below])")).to_be_visible()
    assert rect(sheet(page))["left"] > rect(page.locator(".frame"))["right"]
    sees(page, "Sofas", "Sofa")


def test_in_a_narrow_column_of_a_wide_page(embed: Embed) -> None:
    page = embed(f"<table><tr><td width=360>{OPEN}</td><td width=900>More</td></tr></table>")
    sees(page, "Sofas", "Sofa")
    place = rect(sheet(page))
    assert place["right"] - place["left"] == pytest.approx(480, abs=1)
    assert place["left"] >= 0
    assert place["bottom"] == pytest.approx(800, abs=1)


def test_tokens_and_parts(embed: Embed) -> None:
    tokens = "surface: rgb(1, 2, 3); radius: 3px; nonsense: 1; dot: rgb(9, 8, 7)"
    page = embed(OPEN.replace(" scene", f' tokens="{tokens}" scene'))
    expect(sheet(page)).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(page.locator(".frame")).to_have_css("border-radius", "3px")
    dots = page.locator(".dot").first.evaluate("dot => getComputedStyle(dot, '::before').backgroundColor")
    assert dots == "rgb(9, 8, 7)"
    # By adopted style sheets, as the site's policy asks for.
    page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`shop-the-look { --shop-the-look-surface: rgb(4, 5, 6); }
                shop-the-look::part(card-price) { color: rgb(7, 8, 9); }
                shop-the-look::part(dot) { opacity: 0.5; }
                shop-the-look::part(sheet-title) { color: rgb(1, 1, 1); }`);
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    expect(sheet(page)).to_have_css("background-color", "rgb(4, 5, 6)")
    expect(page.locator("stl-card .price").first).to_have_css("color", "rgb(7, 8, 9)")
    expect(page.locator(".dot").first).to_have_css("opacity", "0.5")
    expect(sheet(page).locator("h2")).to_have_css("color", "rgb(1, 1, 1)")


def test_what_a_page_hands_down_does_no_harm(embed: Embed) -> None:
    def looks(rules: str) -> list[str]:
        page = embed(f"<h2>{OPEN}</h2>")
        page.evaluate(
            """(rules) => {
                const sheet = new CSSStyleSheet();
                sheet.replaceSync(rules);
                document.adoptedStyleSheets = [sheet];
            }""",
            rules,
        )
        sees(page, "Sofas", "Sofa")
        page.set_viewport_size({"width": 600, "height": 800})
        expect(page.locator("stl-sheet[below]")).to_be_visible()
        return [
            page.locator(where).first.evaluate(f"one => getComputedStyle(one).{name}")
            for where, name in (
                ("stl-sheet", "backgroundColor"),
                ("stl-sheet", "color"),
                ("stl-grid ul", "gridAutoColumns"),
                ("stl-card .words", "fontWeight"),
                ("stl-card .words", "textTransform"),
                ("stl-card .title", "whiteSpaceCollapse"),
                ("stl-stage", "height"),
            )
        ]

    names = (
        "accent",
        "surface",
        "ink",
        "card",
        "room",
        "ratio",
        "height",
        "crop",
        "top",
        "hit",
        "most",
        "strip",
    )
    foreign = " ".join(f"--{name}: rgb(250 0 250);" for name in names)
    leaky = f":root {{ {foreign} text-transform: uppercase; }} h2 {{ font-weight: 900; white-space: pre; }}"
    assert looks(leaky) == looks("")


def test_nothing_moves_while_it_loads(embed: Embed) -> None:
    # As docs/web-component.md says: the page keeps the place until the script has come.
    style = "shop-the-look:not(:defined) { display: block; aspect-ratio: 4 / 3; max-height: 90svh; }"
    page = embed(
        f'<style nonce="x">{style}</style><shop-the-look scene="room-00"></shop-the-look>',
        more_policy="; style-src 'nonce-x'",
    )
    expect(page.locator(".dot")).to_have_count(3)
    page.wait_for_load_state("networkidle")
    moved = page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
                .observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => setTimeout(() => done(sum)));
        })"""
    )
    assert moved < 0.01
