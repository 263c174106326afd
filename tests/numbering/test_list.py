"""The list of schools with their series."""

import pytest
from django.urls import reverse

from numbering.models import Series
from tests.browsing import text, words
from tests.numbering import making
from tests.numbering.browsing import queries
from xueji.audit.models import Access

pytestmark = pytest.mark.django_db
# session, person, posts and the page's frame are five of them
QUERIES = 11


@pytest.mark.parametrize(
    ("who", "schools"),
    [
        ("clerk", ["清泉小学"]),
        ("centre", ["清泉小学", "邻泉小学"]),
        ("centre2", ["上庄小学"]),
        ("county", ["清泉小学", "邻泉小学", "上庄小学", "迁安城区小学"]),
        ("city", ["清泉小学", "邻泉小学", "上庄小学", "迁安城区小学", "滦州甲小学"]),
        ("county9", ["滦州甲小学"]),
    ],
)
def test_the_list_shows_the_schools_in_reach(world, client_of, who, schools):
    for school in ("清泉小学", "邻泉小学", "上庄小学", "迁安城区小学", "滦州甲小学"):
        making.entrants(world, [f"在{school}"], school=school)
    answer = client_of(who).get(reverse("numbering"))
    lines = answer.context["lines"]
    assert sorted(str(line.lineage.school.organisation) for line, _ in lines) == sorted(schools)
    assert [line.ready for line, _ in lines] == [1] * len(schools)


def test_the_list_names_no_pupil_and_is_no_access(world, client_of):
    making.entrants(world, ["龚梦瑶"])
    assert "龚梦瑶" not in text(client_of("centre").get(reverse("numbering")))
    assert Access.objects.count() == 0


def test_the_list_can_be_kept_to_those_who_wait_or_to_a_year(world, client_of):
    making.entrants(world, ["龚梦瑶"], school="清泉小学")
    making.issue(world)
    making.entrants(world, ["侯沐辰"], school="邻泉小学")
    Series.objects.create(
        province=world.organisations["河北省教育厅"],
        unit=world.schools["清泉小学"],
        prefix="0226240170",
        **{**making.key(), "entry_year": 2024},
    )

    def shown(query: str) -> list[tuple[str, int]]:
        lines = client_of("centre").get(reverse("numbering") + query).context["lines"]
        return [(str(line.lineage.school.organisation), line.entry_year) for line, _ in lines]

    assert shown("") == [("清泉小学", 2026), ("邻泉小学", 2026)]
    assert shown("?waiting=1") == [("邻泉小学", 2026)]
    assert shown("?year=2024") == [("清泉小学", 2024)]
    assert shown("?year=2019") == []
    assert shown("?year=x") == []


def test_an_empty_list_says_what_comes(world, client_of):
    assert "还没有要编号的学生" in words(client_of("centre").get(reverse("numbering")))


def test_the_list_takes_the_same_queries_for_one_school_as_for_three(world, client_of):
    county, path = client_of("county"), reverse("numbering")

    def fill(school: str, allocator: str) -> None:
        making.entrants(world, making.names(2), school=school)
        making.issue(world, school, who=allocator)
        making.entrants(world, making.names(2, start=2), school=school)

    fill("清泉小学", "centre")
    assert queries(county, path) == QUERIES
    fill("邻泉小学", "centre")
    fill("上庄小学", "centre2")
    assert queries(county, path) == QUERIES
