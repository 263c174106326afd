"""While PostgreSQL is away a page says so, and the site goes on by itself when it is back."""

import pytest

from tests.races.crowd import Crowd
from tests.races.site import County, site

pytestmark = pytest.mark.race


def test_a_missing_database_is_told_and_nothing_has_to_be_restarted(county: County) -> None:
    with site(county, "away", workers=1) as running:
        crowd = Crowd(running)
        clerk, entry = crowd.person("clerk"), crowd.entry(crowd.person("clerk"))
        county.server.crash()
        try:
            page = clerk.request("GET", "/cases/")
            answer = clerk.send(entry)
        finally:
            county.server.start()
        assert (page.status, "系统暂时不能用" in page.html) == (503, True)
        assert (answer.outcome, answer.status) == ("unknown", 503)
        assert clerk.request("GET", "/cases/").status == 200
        assert clerk.send(entry).outcome == "done"
        assert crowd.judged().faults == []
