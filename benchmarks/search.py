"""Finding pupils by characters, pinyin and numbers, as every level of the tree asks for them."""

import sys

# this script is called like the app it measures: its own folder must not be looked in
sys.path.pop(0)

import django

django.setup()

from benchmarks._lists import Desk, Question, compete, desks, prepare  # noqa: E402
from xueji.students.models import Student  # noqa: E402

NAME = " AND (UPPER(name) LIKE UPPER(%s) OR UPPER(number) LIKE UPPER(%s))"
LETTERS = " AND UPPER(name_initials) LIKE UPPER(%s)"
NUMBER = " AND UPPER(number) LIKE UPPER(%s)"


def by_name(name: str, typed: str) -> Question:
    return Question(name, {"q": typed}, NAME, (f"%{typed}%", f"%{typed}%"))


def questions(desk: Desk) -> list[Question]:
    """A peer that keeps document numbers open would look for them as it does for its own."""
    pupil = Student.objects.within(desk.path).exclude(number=None).exclude(id_index=None).first()
    own, document = str(pupil.number), str(pupil.id_number)
    return [
        by_name("two_characters", "子涵"),
        by_name("rare_character", "尉迟"),
        by_name("three_characters", pupil.name),
        by_name("nobody", "龘龘"),
        Question("initials", {"q": "zzh"}, LETTERS, ("%zzh%",)),
        Question("pinyin", {"q": "zhangzihan"}, LETTERS, ("%zzh%",)),
        Question("two_words", {"q": "zhang zh"}, LETTERS, ("%zzh%",)),
        Question("another_reading", {"q": "dan yt"}, LETTERS, ("%syt%",)),
        Question("document", {"q": document}, NUMBER, (f"%{own}%",)),
        Question("number", {"q": own}, NUMBER, (f"%{own}%",)),
    ]


def main() -> int:
    prepare()
    passed = [compete("search", desk, one) for desk in desks() for one in questions(desk)]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
