"""What no person types breaks no page: each field of each form, one after the other."""

import pytest

from tests.permissions import asking
from tests.permissions.sweep import Clients, name_of, undone
from tests.permissions.table import PLAYED_BY
from tests.permissions.test_tokens_and_headers import posted, takers

HOSTILE = {
    "nul": "甲\0乙",
    "long": "9" * 5000,
    "below": "-1",
    "letters": "\u202e'\"<%s>{{ 1 }}\r\n\x7f\ufffe𠮷",
    "empty": "",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("url", posted())
def test_no_value_of_any_field_breaks_the_page(site, url, kind):
    ask, broken = takers(url)[0], []
    clients = Clients(site)
    clients.of(PLAYED_BY[ask.role])  # the log-in is not undone with the first answer
    names = [name for name, value in asking.form(site, ask).items() if isinstance(value, str)]
    for name in [*names, "unasked"]:
        with undone():
            sent = {**asking.form(site, ask), name: HOSTILE[kind]}
            answer = clients.of(PLAYED_BY[ask.role]).post(asking.address(site, ask), sent)
        assert name_of(answer.headers.get("Location", "")) != "login" or url == "logout"
        if answer.status_code >= 500:
            broken.append((name, answer.status_code))
    assert broken == []
