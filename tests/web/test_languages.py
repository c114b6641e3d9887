"""The shop's own page in the browser's language, and English where it has no words."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import DESKTOP, PHONE, OpenPage


@pytest.mark.parametrize(
    ("locale", "language", "slogan", "back", "hint", "alike", "price"),
    [
        ("en-GB", "en", "See it. Tap it. Find it.", "Back", "Tap a dot", "More like this", "€83.00"),
        (
            "de-AT",
            "de",
            "Sehen. Tippen. Finden.",
            "Zurück",
            "Tippe auf einen Punkt",
            "Mehr davon",
            "€\u00a083,00",
        ),
        (
            "fr-FR",
            "fr",
            "Voyez. Touchez. Trouvez.",
            "Retour",
            "Touchez un point",
            "Plus comme",
            "83,00\u00a0€",
        ),
        (
            "es-ES",
            "es",
            "Míralo. Tócalo. Encuéntralo.",
            "Volver",
            "Toca un punto",
            "Más como este",
            "83,00\u00a0€",
        ),
        (
            "ja-JP",
            "ja",
            "見て、タップして、見つける。",
            "戻る",
            "丸印をタップ",
            "似た商品をもっと見る",
            "€83.00",
        ),
        ("pt-PT", "en", "See it. Tap it. Find it.", "Back", "Tap a dot", "More like this", "83,00\u00a0€"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    open_page: OpenPage, locale: str, language: str, slogan: str, back: str, hint: str, alike: str, price: str
) -> None:
    page = open_page("/", locale=locale, **DESKTOP)
    expect(page.get_by_role("heading", name=slogan)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page = open_page("/scene/room-00", locale=locale, **DESKTOP)
    expect(page.get_by_text(hint)).to_be_visible()
    expect(page.get_by_role("button", name=back, exact=True)).to_be_visible()
    page = open_page("/product/chair-4", locale=locale, **DESKTOP)
    expect(page.get_by_role("heading", name=alike)).to_be_visible()
    expect(page.locator("p.price")).to_contain_text(price)


@pytest.mark.parametrize("locale", ["de-DE", "fr-FR", "es-ES", "ja-JP"])
def test_long_words_fit_a_phone(open_page: OpenPage, locale: str) -> None:
    for path in ("/", "/scene/room-00", "/scene/room-00#object-1", "/photo"):
        page = open_page(path, locale=locale, **PHONE)
        expect(page.locator("stl-card, stl-wall li a, .dot, stl-notice").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        clipped = [
            one.inner_text()
            for one in page.locator("button:not(.dot):visible, h1:visible, h2:visible, .tools:visible").all()
            if one.evaluate(
                "e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible'"
            )
        ]
        assert clipped == []
