"""A balanced assignment asked for, looked at and confirmed on its page."""

import re
from urllib.parse import urlencode

from enrollment.services import draw as drawing
from enrollment.services.draw import Asked
from tests.browsing import key
from tests.enrollment.classrooms import CLASSES
from tests.numbering import making
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student

NEW = f"{CLASSES}draw/"
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


def question(world, clerk="clerk", **more):
    classes = SchoolClass.objects.filter(school=world.school_of(clerk), entry_year=2026)
    ids = [row.pk for row in classes.order_by("number")]
    return {"year": "2026", "classes": ids, "keys": ["birth", "hukou"], "seed": "8136", **more}


def previewed(client, asked):
    return client.get(f"{NEW}?{urlencode(asked, doseq=True)}")


def confirmed(client, asked, token=None):
    token = token or TOKEN.search(previewed(client, asked).content.decode())[1]
    return client.post(NEW, key(**asked, token=token))


def asked_of(world, **more):
    values = {**question(world), **more}
    return Asked(
        entry_year=2026,
        classes=tuple(values["classes"]),
        keys=tuple(values["keys"]),
        seed=values["seed"],
        wishes=values.get("wishes", ()),
    )


def plan_of(world, **more):
    acting = world.acting("clerk")
    return drawing.plan(school=making.line(world), asked=asked_of(world, **more), acting=acting)


def confirm(world, token, clerk="clerk", **more):
    return drawing.confirm(
        school=making.line(world),
        asked=asked_of(world, **more),
        is_typed=True,
        token=token,
        acting=world.acting(clerk),
    )


def unplaced():
    return Student.objects.filter(school_class__isnull=True).count()
