"""Pupils who begin in another than the first grade, up to the national check."""

from datetime import date

from tests import pupils

CHECK, NEW = "/enrollment/national-check/", "/enrollment/new/"
BORN = date(2018, 3, 17)  # eight years old in 2026: third grade
SOUNDS = "安邦博才晨达德恩芳刚国海宏佳健乐力明娜宁平琪若升思涛雯雅悦泽"  # no two of them alike
WHY = "随父母在国外上学，今年回国，没有建立过学籍"


def late(world, clerk="clerk", **changes):
    """A case of a third-grader, waiting for the principal."""
    number = changes.pop("id_number", None) or pupils.id_number(born=BORN)
    name = f"王子{SOUNDS[int(number[-4:-1]) % len(SOUNDS)]}"
    asked = {"into_grade": "3", "into_reason": WHY, "id_number": number, "name": name, **changes}
    return pupils.submitted(world, clerk, **asked)


def at_check(world, **changes):
    return pupils.sign(world, late(world, **changes), "principal", "centre")
