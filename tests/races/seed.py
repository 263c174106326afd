"""The small county of the races: 8 schools in 2 centres, each office with people enough that every
client process acts under names of its own. Run as the owner role; prints what clients must know."""

import json
import sys
from datetime import date, timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils.timezone import localdate, now  # noqa: E402

from enrollment.models import Excess  # noqa: E402
from xueji.accounts import services as accounts  # noqa: E402
from xueji.accounts.models import Post, Role, User  # noqa: E402
from xueji.organisations.models import (  # noqa: E402
    Area,
    Catchment,
    Division,
    Level,
    Organisation,
    School,
    SchoolClass,
    SchoolKind,
    SchoolYear,
    Stage,
    StageName,
    Term,
)
from xueji.organisations.services import found  # noqa: E402

PASSWORD = "Jingsai-ceshi-2026"
CENTRES = ("建昌营镇", "杨各庄镇")
SCHOOLS = ("东岭", "西岭", "南岭", "北岭", "东河", "西河", "南河", "北河")
CLASSES = 3


def build(crews: int) -> dict[str, object]:
    """Found the county; ``crews`` people for every post of a school, as many above as needed."""
    county = _county()
    year = _school_year(county)
    centres = [
        found(parent=county, level=Level.CENTRE, name=f"{name}中心校", division_code=code)
        for name, code in zip(CENTRES, ("130283103", "130283101"), strict=True)
    ]
    schools = [
        _school(centres[index // 4], CENTRES[index // 4], name, index, year)
        for index, name in enumerate(SCHOOLS)
    ]
    hash_ = make_password(PASSWORD)
    for index, school in enumerate(schools):
        for crew in range(crews):
            _hire(f"clerk-{index}-{crew}", Role.CLERK, school["node"], hash_)
            _hire(f"principal-{index}-{crew}", Role.PRINCIPAL, school["node"], hash_)
            _hire(f"centre-{index}-{crew}", Role.CENTRE_OFFICER, centres[index // 4], hash_)
            _hire(f"county-{index}-{crew}", Role.COUNTY_OFFICER, county, hash_)
    for index, school in enumerate(schools):
        _agree_to_any_size(school, f"principal-{index}-0")
        del school["node"]
    return {"password": PASSWORD, "year": year, "schools": schools}


def _county() -> Organisation:
    province = found(
        parent=None, level=Level.PROVINCE, name="河北省教育厅", division_code="13", rule_set="hebei"
    )
    city = found(
        parent=province,
        level=Level.PREFECTURE,
        name="唐山市教育局",
        division_code="1302",
        number_code="02",
    )
    return found(
        parent=city,
        level=Level.COUNTY,
        name="迁安市教育局",
        division_code="130283",
        number_code="26",
        rule_set="qianan",
    )


def _school_year(county: Organisation) -> int:
    """The one school year of the county: that whose new pupils are entered today."""
    opens = localdate() + timedelta(days=90)
    year = opens.year if opens.month >= 9 else opens.year - 1
    row = SchoolYear.objects.create(
        county=county, year=year, starts_on=date(year, 9, 1), ends_on=date(year + 1, 8, 31)
    )
    Term.objects.create(
        school_year=row, number=1, starts_on=date(year, 9, 1), ends_on=date(year + 1, 1, 20)
    )
    return year


def _school(centre: Organisation, town: str, name: str, index: int, year: int) -> dict[str, Any]:
    node = found(parent=centre, level=Level.SCHOOL, name=f"{name}小学")
    village = f"{centre.division_code}{201 + index}"
    place = f"{town} {name}村"
    Division.objects.create(
        code=village, name=f"{name}村", full_name=place, initials="", level="village"
    )
    school = School.objects.create(
        organisation=node,
        county=centre.parent,
        code=f"{index + 11:03d}",
        identifier=f"2130283{index + 11:03d}",
        kind=SchoolKind.ORDINARY,
        area=Area.TOWNSHIP,
        connected_on=date(2020, 9, 1),
    )
    Stage.objects.create(school=school, stage=StageName.PRIMARY, first_grade=1, years=6)
    Catchment.objects.create(school=school, code=village, name=place)
    SchoolClass.objects.bulk_create(
        SchoolClass(
            school=school,
            stage=StageName.PRIMARY,
            entry_year=year,
            number=number,
            grade=1,
            capacity=999,
        )
        for number in range(1, CLASSES + 1)
    )
    return {"pk": school.pk, "name": node.name, "village": village, "place": place, "node": node}


def _agree_to_any_size(school: dict[str, Any], principal: str) -> None:
    """The races are about numbers: no class is ever full."""
    post = Post.objects.get(user__username=principal)
    Excess.objects.bulk_create(
        Excess(school_class=row, heads=30000, reason="竞赛", granted_at=now(), granted_by=post)
        for row in SchoolClass.objects.filter(school=school["pk"])
    )


def _hire(username: str, role: str, place: Organisation, hash_: str) -> None:
    user = User.objects.create(username=username, name=f"某{username}", password=hash_)
    accounts.grant(
        user=user, role=role, organisation=place, starts=localdate() - timedelta(days=400)
    )


if __name__ == "__main__":
    with transaction.atomic():
        told = build(crews=int(sys.argv[1]))
    sys.stdout.write(json.dumps(told))
