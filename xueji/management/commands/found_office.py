"""The offices that no page founds: province, prefectures and counties of a new site."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from xueji.organisations.models import Level, Organisation
from xueji.organisations.services import found
from xueji.rules.files import names

ABOVE = {
    Level.PROVINCE: None,
    Level.PREFECTURE: Level.PROVINCE,
    Level.COUNTY: Level.PREFECTURE,
}
DIGITS = {Level.PROVINCE: 2, Level.PREFECTURE: 4, Level.COUNTY: 6}  # of a division code


class Command(BaseCommand):
    help = (
        "Found a province, prefecture or county; centres and schools are added on its pages."
        " Writes with --apply only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--level", required=True, choices=[one.name.lower() for one in ABOVE])
        parser.add_argument("--below", default="", help="name of the office above")
        parser.add_argument("--division", required=True, help="its own division code")
        parser.add_argument("--number", default="", help="its two digits in register numbers")
        parser.add_argument("--rules", default="", help="rule set; else that of the office above")
        parser.add_argument("--apply", action="store_true", help="write; else only check")

    def handle(self, *, apply: bool, **options: Any) -> None:
        office = self._judged(**options)
        if not apply:
            self.stdout.write("可以设立，没有写入；要写入请加 --apply。")
            return
        made = found(**office, opened_on=localdate())
        self.stdout.write(f"已设立 {made.name}，内部编号 {made.pk}。")

    def _judged(
        self, *, name: str, level: str, below: str, division: str, number: str, rules: str, **_: Any
    ) -> dict[str, Any]:
        own = Level[level.upper()]
        parent = self._parent(own, below)
        if Organisation.objects.filter(name=name).exists():
            raise CommandError(f"已有单位叫“{name}”。")
        start = parent.division_code if parent else ""
        if not (division.isdigit() and len(division) == DIGITS[own] and division.startswith(start)):
            raise CommandError(f"区划代码应是 {start} 开头的 {DIGITS[own]} 位数字。")
        if own != Level.PROVINCE and not (number.isdigit() and len(number) == 2):
            raise CommandError("学籍号里的代码（--number）应是两位数字，请照发文填写。")
        if number and Organisation.objects.filter(parent=parent, number_code=number).exists():
            raise CommandError(f"代码 {number} 已由别的单位使用。")
        if rules and rules not in names():
            raise CommandError(f"没有规则集 {rules}；现有 {'、'.join(names())}。")
        if parent is None and not rules:
            raise CommandError("最上一级要写明规则集（--rules），以下各级沿用。")
        codes = {"division_code": division, "number_code": number, "rule_set": rules}
        return {"parent": parent, "level": own, "name": name, **codes}

    def _parent(self, level: Level, name: str) -> Organisation | None:
        above = ABOVE[level]
        if above is None:
            if Organisation.objects.filter(level=Level.PROVINCE).exists():
                raise CommandError("一个站点只有一个省级单位，已经有了。")
            return None
        found_ = list(Organisation.objects.filter(name=name, level=above)[:2])
        if len(found_) != 1:
            raise CommandError(
                f"没有名叫“{name}”的{above.label}单位。请用 --below 写上一级的全名。"
            )
        return found_[0]
