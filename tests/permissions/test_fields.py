"""Which post is shown which guarded field of a pupil, on which page: tests/fields.csv, no other.

The fields come from the data classes of the models, the posts from the whole world: the pupil's
school and its neighbours, both centres, both counties, the offices above, auditor, administrator,
class teacher, and somebody who is not logged in.
"""

import csv
import io
import logging
from pathlib import Path

import pytest
import time_machine

from tests.permissions import fields
from tests.permissions.sweep import undone
from tests.world import NOON
from xueji.audit.models import Access
from xueji.identity.classification import DataClass

FILE = Path(__file__).resolve().parent.parent / "fields.csv"
WHO = {
    "reach": {"clerk", "principal", "centre", "county", "county-head", "city", "province"},
    "medical": {"clerk", "principal", "county", "county-head"},
    "clerk": {"clerk"},
}
CODED = {f"{model.__name__}.{name}" for model, codes in fields.CODES.items() for name in codes}
GUARDED = {name: found for name, found in fields.guarded().items() if name not in fields.ELSEWHERE}


def table() -> dict[str, set[tuple[str, str, str]]]:
    """Field → (how, page, username), from the rows of the file."""
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if line[0] not in "#\n"))
    found: dict[str, set[tuple[str, str, str]]] = {row["field"]: set() for row in rows}
    for row in rows:
        people = {person for word in row["who"].split() for person in WHO[word]}
        pages = row["pages"].split()
        found[row["field"]] |= {(row["how"], page, person) for page in pages for person in people}
    return found


@pytest.fixture(scope="session")
def _kept() -> dict[str, object]:
    return {}


@pytest.fixture
def swept(site, _kept):
    """What was seen, words, log lines and access rows; asked for once in the whole run."""
    if not _kept:
        text = io.StringIO()
        handler = logging.StreamHandler(text)
        logging.getLogger().addHandler(handler)
        try:
            with undone(), time_machine.travel(NOON.replace(hour=16), tick=False):
                _kept["seen"], _kept["words"] = fields.seen(site)
                looks = Access.objects.values_list("filter", "reason", "field", "page")
                _kept["access"] = repr(list(looks))
        finally:
            logging.getLogger().removeHandler(handler)
        _kept["log"] = text.getvalue()
    return _kept


def test_the_table_speaks_of_every_guarded_field_and_no_other():
    assert set(table()) == set(GUARDED)


def test_every_guarded_field_was_looked_for(swept):
    assert set(swept["words"]) | CODED == set(GUARDED)


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_a_field_is_shown_to_the_posts_of_the_table_and_nowhere_else(swept, name):
    shown = table()[name]
    if name in CODED:
        shown = {row for row in shown if fields.looks_for_codes(row[2])}
    assert swept["seen"].get(name, set()) == shown


def test_medical_items_are_shown_to_the_school_and_the_county_alone():
    """Whatever the table says of pages: these four posts, nobody between or above."""
    medical = {name for name, data_class in GUARDED.items() if data_class == DataClass.MEDICAL}
    shown = {name: {who for _, _, who in table()[name]} for name in medical}
    assert shown == dict.fromkeys(medical, WHO["medical"])


def test_secrets_are_shown_to_nobody():
    secret = {name for name, data_class in GUARDED.items() if data_class == DataClass.SECRET}
    assert {name: table()[name] for name in secret} == dict.fromkeys(secret, set())


@pytest.mark.parametrize("kept", ["log", "access"])
def test_logs_hold_no_guarded_value(swept, kept):
    whole = {name: ways[fields.SHOWN] for name, ways in swept["words"].items()}
    assert [name for name, said in whole.items() if any(s in swept[kept] for s in said)] == []
