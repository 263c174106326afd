"""Writes docs/sheet.md from the one description of the national sheet."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from xueji.identity.fields import EncryptedTextField
from xueji.students import sheet

FILE = Path(__file__).resolve().parents[3] / "docs" / "sheet.md"
MANY = 20  # a longer code table is named, not listed
HEAD = """# The national sheet

Written by `python3 dev.py manage describe_sheet --apply` from `xueji/students/sheet.py`; do not
edit. Numbers, names, stars and codes are those of 国家学生基础信息表, group titles and help are
ours. A key is the name in typed rows; *sealed* means encrypted at rest.

Item 13 (照片) is not held yet; 学校名称 and 学校标识码 are the school's. Copies of the sheet
disagree about the star of 籍贯: it may stay empty.
"""
COLUMNS = "no.", "item", "key", "column", "class", "codes or length", "help"


class Command(BaseCommand):
    help = "Print docs/sheet.md, or write it with --apply."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--apply", action="store_true", help="write docs/sheet.md")

    def handle(self, *args: Any, apply: bool, **options: Any) -> None:
        if apply:
            FILE.write_text(text(), encoding="utf-8")
        else:
            self.stdout.write(text())


def text() -> str:
    """The whole file."""
    parts = [HEAD]
    for group in sheet.GROUPS:
        parts.append(f"\n## {group.title}\n" + "".join(_table(group.items)))
    parts.append("\n## 家庭成员 (two, keys m1_… and m2_…; the stars hold for the first)\n")
    parts += _table(sheet.FAMILY)
    return "".join(parts)


def _table(items: Iterable[sheet.Item]) -> Iterator[str]:
    yield _row(COLUMNS) + "|---" * len(COLUMNS) + "|\n"
    for item in items:
        star = " ★" if item.required else ""
        column = f"{item.model.__name__}.{item.field}"
        sealed = isinstance(item.model._meta.get_field(item.field), EncryptedTextField)
        secrecy = f"{item.data_class}{', sealed' if sealed else ''}"
        name = f"{item.label}{star}"
        yield _row((item.number, name, item.key, column, secrecy, _form(item), item.help))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _form(item: sheet.Item) -> str:
    if item.table is None:
        return f"≤ {item.longest}" if item.longest else ""
    if len(item.table) > MANY:
        return f"{len(item.table)} codes"
    return "、".join(f"{code} {words}" for code, words in item.table.items())
