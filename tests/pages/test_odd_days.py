"""A day in an address that no calendar of ours has is refused or passed over, never a fault."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    ("who", "page", "names"),
    [
        ("county", "rules_exceptions", ("from", "to")),
        ("clerk", "transfer_register", ("first", "last")),
    ],
)
def test_the_first_and_the_last_day_there_are_break_no_page(
    world, client_of, who, page, names, day
):
    for asked in ({names[0]: day}, {names[1]: day}, dict.fromkeys(names, day)):
        assert client_of(who).get(reverse(page), asked).status_code in (200, 422)
