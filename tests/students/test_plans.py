"""How PostgreSQL reads pupils for the roster: by an index made for the question, never all of them.

On the few rows of a test any plan is fast, so what costs little there alone is switched off; which
index serves which question does not depend on their number. ``dev.py bench lists search`` measures.
"""

import json
from collections.abc import Iterator

import pytest
from django.db import connection

from tests import pupils
from xueji.pages.paging import RowCompare
from xueji.pages.selection import in_order
from xueji.students import queries
from xueji.students.models import Student
from xueji.students.search import search

ORDERS = {name: ("org_path", "grade", key, "pk") for name, (_, key) in queries.NAME_ORDERS.items()}
LISTS = {"name": "student_list", "strokes": "student_list_strokes"}


@pytest.fixture
def roster(world):
    pupils.enrolled(world, name="单雄信")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return queries.visible(world.acting("county"))


def nodes(rows) -> list[dict]:
    """The plan of a query, its parts one after the other."""

    def walk(node: dict) -> Iterator[dict]:
        yield node
        for part in node.get("Plans", ()):
            yield from walk(part)

    [found] = json.loads(rows.explain(format="json"))
    return list(walk(found["Plan"]))


def indexes(rows) -> dict[str, str]:
    """The indexes of pupils that a query reads, each with its condition."""
    return {
        node["Index Name"]: node.get("Index Cond", "")
        for node in nodes(rows)
        if node.get("Index Name", "").startswith(("student_", "xueji_student_"))
    }


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_is_one_range_of_the_index_in_its_order(roster, order):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    ordered = roster.order_by(*ORDERS[order])
    first = ordered[:51]
    mark = roster.values_list(*ORDERS[order])[0]
    following = ordered.filter(RowCompare(ORDERS[order], mark, operator=">"))[:51]

    assert "Sort" not in {node["Node Type"] for node in (*nodes(first), *nodes(following))}
    assert list(indexes(first)) == list(indexes(following)) == [LISTS[order]]
    assert "org_path" in indexes(first)[LISTS[order]]
    assert "ROW(" in indexes(following)[LISTS[order]]


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("雄信", {"student_name_chars"}),
        ("单雄信", {"student_name_chars"}),
        ("sxx", {"student_initials", "student_full"}),
        ("shanxiong", {"student_initials", "student_full"}),
        ("danxiong", {"student_initials", "student_full"}),
        ("02262612300001", {"student_number", "xueji_student_id_index_key"}),
    ],
)
def test_each_way_of_searching_has_its_indexes(roster, typed, used):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off")
    found = indexes(search(Student.objects.all(), typed))
    assert set(found) == used
    assert all(found.values())


@pytest.mark.parametrize("sort", queries.NAME_ORDERS)
def test_a_search_reads_the_pupils_alone_not_the_school_of_each_match(roster, sort):
    rows = in_order(queries.for_list(search(roster, "雄信")), sort)
    tables = {node["Relation Name"] for node in nodes(rows) if "Relation Name" in node}
    assert tables == {"xueji_student"}
