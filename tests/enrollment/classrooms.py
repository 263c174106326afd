"""Classes with so many pupils in them."""

from tests.browsing import words
from tests.numbering import making
from xueji.organisations.models import SchoolClass

CLASSES = "/enrollment/classes/"
OVER = (
    "一（1）班将有 46 人，超过小学班额上限 45 人"
    "（文件未规定，按本县设定（可改）：class.capacity）。"
    "请选别的班，或增设班级。可申请例外，由学校决定。"
)


def class_of(world, clerk, number=1):
    return SchoolClass.objects.get(school=world.school_of(clerk), number=number)


def page_of(school_class, act=""):
    return f"{CLASSES}{school_class.pk}/{act}"


def closely(answer):
    """What is read, without any blank."""
    return "".join(words(answer).split())


def full(world, count=45, number=1):
    """``count`` pupils in a class of 清泉小学."""
    return making.entrants(world, making.names(count), class_number=number)
