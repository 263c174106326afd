"""Asking for the pages of numbering as a browser does."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.browsing import text


def page_of(world, school="清泉小学", *, name="numbering_series", stage="primary", year=2026):
    return reverse(name, args=[world.schools[school].pk, stage, year])


def sent(response, **changes) -> dict[str, str]:
    """The form of the preview, filled in as it was shown."""
    fields = dict(re.findall(r'name="(form_key|token|kind)" value="([^"]*)"', text(response)))
    return {**fields, "checked": "on", **changes}


def queries(client, path: str) -> int:
    """Queries of the second request: the first has filled what is kept per process."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
