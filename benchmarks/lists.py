"""Pages of the roster, its filters and counts, as every level of the tree asks for them."""

import sys

# this script is called like the app it measures: its own folder must not be looked in
sys.path.pop(0)

import django

django.setup()

from benchmarks._lists import PAGE, Desk, Question, compete, desks, prepare  # noqa: E402


def questions(desk: Desk) -> list[Question]:
    """Pages near and far, both orders, and filters that many, some and no pupils fit."""
    return [
        Question("page", {}),
        Question("second", {"after": str(desk.fiftieth)}, offset=PAGE),
        Question("middle", {"after": str(desk.middle)}, offset=desk.pupils // 2),
        Question("strokes", {"sort": "strokes"}),
        Question("grade", {"grade": "3"}, " AND grade = %s", ("3",)),
        Question("status", {"status": "suspended"}, " AND status = %s", ("suspended",)),
        Question("type", {"type": "borrowed_temp"}, " AND register_type = %s", ("borrowed_temp",)),
        Question("nobody", {"status": "died"}, " AND status = %s", ("died",)),
    ]


def main() -> int:
    prepare()
    passed = [compete("lists", desk, one) for desk in desks() for one in questions(desk)]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
