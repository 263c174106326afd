"""Prints with which accounts one can look at the demo; refuses outside it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from enrollment.demo.accounts import ACCOUNTS, password
from xueji.accounts.models import Post

COLUMNS = ("账号", "姓名", "岗位", "单位")


class Command(BaseCommand):
    help = "Print the demo's accounts. Reads only; refuses outside the demo (XUEJI_DEMO=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force-test", action="store_true", help="also without XUEJI_DEMO=1")

    def handle(self, *, force_test: bool, **options: Any) -> None:
        if not (settings.DEMO or force_test):
            raise CommandError("这里不是演示站点（XUEJI_DEMO=1），没有演示账号。")
        rows = [COLUMNS, *_rows()]
        if len(rows) == 1:
            raise CommandError("演示数据还没有装入，请先运行 load_demo。")
        widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = zip(row, widths, strict=True)
            line = "  ".join(cell + " " * (width - _width(cell)) for cell, width in cells)
            self.stdout.write(line.rstrip())
        self.stdout.write(f"\n密码都是 {password()}（DEMO_PASSWORD）。学校、人员和数据全部为虚构；")
        self.stdout.write("滦州市的编号代码、除小学以外的学校类别代码，也是为演示编的。")


def _rows() -> list[tuple[str, str, str, str]]:
    """Every post of every account, in the order of the accounts."""
    order = {username: place for place, (username, *_) in enumerate(ACCOUNTS)}
    posts = Post.objects.filter(user__username__in=order).select_related("user", "organisation")
    return [
        (post.user.username, post.user.name, post.get_role_display(), post.organisation.name)
        for post in sorted(posts, key=lambda post: (order[post.user.username], post.pk))
    ]


def _width(text: str) -> int:
    """Columns on a terminal: two for each Chinese character."""
    return sum(1 if character.isascii() else 2 for character in text)
