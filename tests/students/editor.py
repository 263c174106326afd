"""A clerk at a desk of their own: edits one pupil again and again, and says what became of it.

python -m tests.students.editor STUDENT POST NAME TIMES    one JSON line per edit

Each edit opens the form anew, types a text of its own into one item, and saves under the version
it saw. Another desk may have saved meanwhile: then nothing was written and it says so.
"""

import json
import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from xueji.accounts.access import Acting  # noqa: E402
from xueji.accounts.models import Post  # noqa: E402
from xueji.students import services  # noqa: E402
from xueji.students.models import Student  # noqa: E402

ITEMS = ("specialty", "mail_address", "address_text", "m1_workplace")  # of all three models


def edit(student_id: int, post: Post, text: str, item: str) -> tuple[int, str]:
    """One edit: the version it saw, and how it ended."""
    version = Student.objects.only("version").get(pk=student_id).version
    time.sleep(0.01)  # somebody types
    try:
        services.edit(
            student_id=student_id,
            version=version,
            row={item: text},
            reason=text,
            acting=Acting(user=post.user, post=post, at=timezone.now()),
        )
    except services.Outdated:
        return version, "refused"
    return version, "saved"


def main(student_id: str, post_id: str, name: str, times: str) -> None:
    post = Post.objects.select_related("user", "organisation").get(pk=post_id)
    for n in range(int(times)):
        item, text = ITEMS[n % len(ITEMS)], f"{name}第{n}次"
        seen, outcome = edit(int(student_id), post, text, item)
        said = {"item": item, "text": text, "seen": seen, "outcome": outcome}
        sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
