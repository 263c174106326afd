"""The reader of forms sees what a browser would check, and nothing else."""

import pytest
from django.urls import reverse

from tests.browsing import raw
from tests.bubbles import left_to_the_browser


@pytest.mark.parametrize(
    "field",
    [
        '<input type="file" name="x" required>',
        '<input type="text" name="x" pattern="[0-9]+">',
        '<input type="date" name="x" max="2026-09-02">',
        '<input name="x" min="1">',
        '<input type="number" name="x">',
        '<select name="x" required><option></option></select>',
        '<textarea required name="x"></textarea>',
    ],
)
def test_a_planted_field_that_the_browser_would_check_is_seen(field):
    assert left_to_the_browser(f'<form method="post">\n<p>{field}</p></form>') == ["x"]
    assert left_to_the_browser(f'<form method="post" novalidate>\n<p>{field}</p></form>') == []


@pytest.mark.parametrize(
    "field",
    [
        '<input type="search" name="x" maxlength="60" placeholder="意见，退回时必填">',
        '<input type="date" name="x" aria-label="从哪一天">',
        '<progress max="9" value="1"></progress>',
        '<input type="checkbox" name="x" data-min="1">',
    ],
)
def test_a_field_that_takes_everything_is_not_seen(field):
    assert left_to_the_browser(f'<form method="post">{field}</form>') == []


def test_the_login_leaves_nothing_to_the_browser(client, db):
    assert left_to_the_browser(raw(client.get(reverse("login")))) == []
