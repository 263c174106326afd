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

The check is that of form, workbook and editing alike (`students.reading`, `students.items`);
beside it stand the rules of the rule set. Item 13 (照片) is a file, checked by
`documents.portraits`; 学校名称 and 学校标识码 are the school's. Copies of the sheet disagree about
the star of 籍贯: it may stay empty.
"""
COLUMNS = "no.", "item", "key", "column", "class", "codes or length", "check", "help"
NAME = "Chinese characters, or Latin letters; ` · ` only between parts"
DOCUMENT = "the form of its type; of a resident also check character, region and day"
# what is neither a code, a place nor plain words
CHECKS = {
    "name": NAME,
    "former_name": NAME,
    "birth_date": "a day from 1900 until today; agrees with the number",
    "sex": "a code; agrees with the number",
    "id_type": "a code; agrees with the number",
    "id_number": DOCUMENT,
    "id_valid": "two days in their order, or a day and 长期",
    "class_number": "digits, letters and hyphens",
    "school_class": "a class of this school and cohort",
    "entered_on": "a day of the school year",
    "phone": "a mobile number, or area code and number",
    "postcode": "six digits",
    "email": "an address of e-mail",
    "homepage": "an address of the web",
    "distance": "0 to 200 km, one decimal",
    "migrant": "yes or no",
    "guardian": "yes or no; one member at least is the guardian",
}


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
        cells = (item.number, name, item.key, column, secrecy, _form(item), check(item), item.help)
        yield _row(cells)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def check(item: sheet.Item) -> str:
    """What is looked at when the item is typed, in a few words."""
    if not item.key:
        return "not typed"
    if item.key in CHECKS:
        return CHECKS[item.key]
    if item.table is not None:
        return "a code or its words"
    if item.is_place:
        return "printable; the code is that of the village named"
    return "printable"


def _form(item: sheet.Item) -> str:
    if item.table is None:
        return f"≤ {item.longest}" if item.longest else ""
    if len(item.table) > MANY:
        return f"{len(item.table)} codes"
    return "、".join(f"{code} {words}" for code, words in item.table.items())
