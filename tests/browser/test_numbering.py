"""A series is closed from its end, frozen and confirmed in a browser; the pages are accessible."""

import pytest
from django.urls import reverse

from numbering.models import SeriesAct
from tests.browser.conftest import every_width, log_in
from tests.browser.test_accessible import violations
from tests.numbering import making
from tests.numbering.browsing import page_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@every_width
def test_renumber_freeze_and_confirm(site, window, viewport):
    making.entrants(site, making.names(4))
    making.void(site, making.issue(site)[1])
    faults = []

    def look(page) -> None:
        faults.extend(violations(page))
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def press(page, words: str) -> None:
        page.get_by_role("checkbox").first.check()
        with page.expect_navigation():
            page.get_by_role("button", name=words).click()
        look(page)

    centre = window(viewport)
    log_in(centre, site.url, "centre")
    centre.goto(site.url + page_of(site))
    look(centre)
    with centre.expect_navigation():
        centre.get_by_role("link", name="由末号补空号…").click()
    look(centre)
    press(centre, "补上 1 个空号")
    centre.goto(f"{site.url}{reverse('numbering')}?number=02262601700004")
    look(centre)
    centre.goto(site.url + page_of(site))
    press(centre, "冻结号段")

    head = window(viewport)
    log_in(head, site.url, "county-head")
    head.goto(site.url + page_of(site))
    press(head, "确认冻结")

    kinds = SeriesAct.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["renumbered", "frozen", "confirmed"]
    assert faults == []
