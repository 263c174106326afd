"""The people of the demo: the accounts one can log in with, and colleagues elsewhere who signed.

Colleagues have accounts without a usable password. Every post began before the register did.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password

from enrollment.demo import calendar, names
from enrollment.demo.organisations import LUANZHOU, QIANAN, Campus
from xueji.accounts import services
from xueji.accounts.access import OFFICER_AT_LEVEL, Acting
from xueji.accounts.models import Grant, Post, Role, User
from xueji.organisations.models import Level, Organisation

DEFAULT_PASSWORD = "Xueji-demo-2026"  # noqa: S105 -- of invented people, printed by the command
NO_PASSWORD = "!"  # noqa: S105 -- no password fits

# username, name, role, whose place: an account's school, the centre above it, or an office
ACCOUNTS = (
    ("clerk", "赵雪梅", Role.CLERK, "clerk"),
    ("principal", "李国栋", Role.PRINCIPAL, "clerk"),
    ("centre", "孙立新", Role.CENTRE_OFFICER, "centre of clerk"),
    ("clerk2", "王小芳", Role.CLERK, "clerk2"),
    ("principal2", "马玉山", Role.PRINCIPAL, "clerk2"),
    ("centre2", "郑文静", Role.CENTRE_OFFICER, "centre of clerk2"),
    ("urban", "刘会敏", Role.CLERK, "urban"),
    ("urban-principal", "陈振华", Role.PRINCIPAL, "urban"),
    ("junior", "高亚楠", Role.CLERK, "junior"),
    ("junior-principal", "韩学文", Role.PRINCIPAL, "junior"),
    ("county", "周海燕", Role.COUNTY_OFFICER, QIANAN),
    ("county-head", "宋志强", Role.COUNTY_HEAD, QIANAN),
    ("clerk9", "曹丽娟", Role.CLERK, "clerk9"),
    ("principal9", "杜永刚", Role.PRINCIPAL, "clerk9"),
    ("centre9", "彭翠玲", Role.CENTRE_OFFICER, "centre of clerk9"),
    ("county9", "田晓东", Role.COUNTY_OFFICER, LUANZHOU),
    ("county9-head", "龚玉明", Role.COUNTY_HEAD, LUANZHOU),
    ("city", "崔庆丰", Role.PREFECTURE_OFFICER, "1302"),
    ("province", "于海涛", Role.PROVINCE_OFFICER, "13"),
    ("auditor", "苏文军", Role.AUDITOR, QIANAN),
    ("admin", "梁世杰", Role.ADMINISTRATOR, QIANAN),
    ("security", "魏明远", Role.SECURITY, QIANAN),
    # beyond the contract: makes and signs at one school, so that the four eyes can be tried
    ("deputy", "谢春生", Role.CLERK, "clerk"),
)
SECOND_POSTS = (
    ("centre", Role.CENTRE_OFFICER, "彭店子镇中心校"),
    ("deputy", Role.PRINCIPAL, "clerk"),
)


def password() -> str:
    return os.environ.get("DEMO_PASSWORD") or DEFAULT_PASSWORD


@dataclass(frozen=True)
class Staff:
    """Who holds which post where."""

    posts: dict[tuple[int, str], Post]

    def post(self, organisation: Organisation, role: str) -> Post:
        return self.posts[organisation.pk, role]

    def officer(self, office: Organisation) -> Post:
        """The officer of a centre, county, prefecture or province."""
        return self.post(office, OFFICER_AT_LEVEL[Level(office.level)])

    def acting(self, organisation: Organisation, role: str, at: datetime) -> Acting:
        post = self.post(organisation, role)
        return Acting(user=post.user, post=post, at=at)


def hire(campuses: Sequence[Campus], random: Random) -> Staff:
    """Write the accounts, then a colleague for every other post that signs."""
    places = _places(campuses)
    hashed = make_password(password())
    posts: dict[tuple[int, str], Post] = {}
    for username, name, role, place in ACCOUNTS:
        user = User.objects.create(username=username, name=name, password=hashed)
        posts.setdefault((places[place].pk, role), _grant(user, role, places[place]))
    for username, role, place in SECOND_POSTS:
        _grant(User.objects.get(username=username), role, places[place])
    vacant = [key for key in _needed() if (key[0].pk, key[1]) not in posts]
    return Staff(posts | _colleagues(vacant, random))


def _grant(user: User, role: str, place: Organisation) -> Post:
    return services.grant(user=user, role=role, organisation=place, starts=calendar.POSTS_SINCE)


def _places(campuses: Iterable[Campus]) -> dict[str, Organisation]:
    """Offices by division code and centres by name; schools by their account."""
    places = {
        office.division_code: office
        for office in Organisation.objects.filter(level__lte=Level.COUNTY)
    }
    places |= {o.name: o for o in Organisation.objects.filter(level=Level.CENTRE)}
    for campus in campuses:
        if campus.known_as:
            places[campus.known_as] = campus.lineage.school.organisation
            if centre := campus.lineage.at(Level.CENTRE):
                places[f"centre of {campus.known_as}"] = centre
    return places


def _needed() -> Iterator[tuple[Organisation, str]]:
    roles = {
        Level.SCHOOL: (Role.CLERK, Role.PRINCIPAL),
        Level.CENTRE: (Role.CENTRE_OFFICER,),
        Level.COUNTY: (Role.COUNTY_OFFICER, Role.COUNTY_HEAD),
    }
    for organisation in Organisation.objects.filter(level__in=roles).order_by("path"):
        for role in roles[Level(organisation.level)]:
            yield organisation, role


def _colleagues(
    vacant: Sequence[tuple[Organisation, str]], random: Random
) -> dict[tuple[int, str], Post]:
    """Posts with their guardian rows, set-based: a big tree has thousands."""
    taken = [name for _, name, *_ in ACCOUNTS]
    people = User.objects.bulk_create(
        [
            User(username=f"colleague-{index:04d}", name=name, password=NO_PASSWORD, home=place)
            for index, (name, (place, _)) in enumerate(
                zip(names.distinct_adults(random, len(vacant), taken), vacant, strict=True), 1
            )
        ],
        batch_size=1000,
    )
    posts = Post.objects.bulk_create(
        [
            Post(user=user, role=role, organisation=place, starts=calendar.POSTS_SINCE)
            for user, (place, role) in zip(people, vacant, strict=True)
        ],
        batch_size=1000,
    )
    permissions = {role: services.permission_of(role) for role in {role for _, role in vacant}}
    Grant.objects.bulk_create(
        [
            Grant(
                user=post.user, permission=permissions[post.role], content_object=post.organisation
            )
            for post in posts
        ],
        batch_size=1000,
    )
    return {(post.organisation_id, post.role): post for post in posts}
