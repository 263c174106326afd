"""A school of many classes and villages has pages of a length that somebody reads."""

import pytest
from django.urls import reverse

from tests.browsing import words
from tests.establishment.asking import send
from xueji.organisations.models import Catchment, School, SchoolClass
from xueji.pages.offices.showing import Grade


def school(world) -> School:
    return world.schools["清泉小学"]


def page(client, world) -> str:
    return words(client.get(reverse("organisation", args=[school(world).pk])))


def classes(world, *, of_a_grade: int) -> None:
    """Two grades of that many classes each, and no other."""
    SchoolClass.objects.filter(school=school(world)).delete()
    SchoolClass.objects.bulk_create(
        SchoolClass(
            school=school(world),
            stage="primary",
            entry_year=2027 - grade,
            grade=grade,
            number=number,
            capacity=45,
        )
        for grade in (3, 4)
        for number in range(1, of_a_grade + 1)
    )


def villages(world, count: int) -> None:
    Catchment.objects.filter(school=school(world)).delete()
    Catchment.objects.bulk_create(
        Catchment(school=school(world), code=f"{130283900000 + number}", name=f"{number}号村")
        for number in range(1, count + 1)
    )


@pytest.mark.parametrize("of_a_grade", [12, 13])
def test_more_than_24_classes_are_folded_into_their_grades(world, client_of, of_a_grade):
    classes(world, of_a_grade=of_a_grade)
    shown = page(client_of("county"), world)
    assert f"班级 {2 * of_a_grade} " in shown
    assert ("3 年级 13 个班 0 人" in shown) is (of_a_grade == 13)
    assert ("4 年级 13 个班 0 人" in shown) is (of_a_grade == 13)


def test_a_grade_tells_its_heads_and_how_many_classes_have_too_many():
    grade = Grade(3, [SchoolClass(capacity=45) for _ in range(3)])
    for row, heads in zip(grade.classes, (44, 45, 46), strict=True):
        row.heads = heads
    assert (grade.heads, grade.over) == (135, 1)


@pytest.mark.parametrize(("count", "is_folded"), [(60, False), (61, True)])
def test_a_long_catchment_names_sixty_and_folds_the_rest(world, client_of, count, is_folded):
    villages(world, count)
    shown = page(client_of("county"), world)
    assert f"服务范围 {count}" in shown
    assert ("还有 1 个 61号村" in shown) is is_folded


def test_the_villages_are_changed_page_by_page(world, client_of):
    villages(world, 51)
    county, place = client_of("county"), reverse("organisation_catchment", args=[school(world).pk])
    first = county.get(place)
    assert "51 个村、社区" in words(first)
    assert [row.name for row, _ in first.context["rows"]][-1] == "50号村"
    last = county.get(place + first.context["page"].next)
    assert [row.name for row, _ in last.context["rows"]] == ["51号村"]
    gone = [row.pk for row, _ in last.context["rows"]]
    send(county, "organisation_catchment", school(world).pk, remove="1", gone=gone, reason="划片")
    assert school(world).catchments.count() == 50
