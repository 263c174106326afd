"""Writes the demo county; refuses where it could meet a real register."""

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from enrollment.demo.cohorts import FEWEST_STUDENTS
from enrollment.demo.load import fit, load
from enrollment.demo.organisations import FEWEST_SCHOOLS
from xueji.organisations.models import Organisation


class Command(BaseCommand):
    help = (
        "WRITES at once, without --apply: an invented county of schools, pupils, cases and"
        " accounts with a known password, the same for the same seed. Refuses outside the demo"
        " (XUEJI_DEMO=1) and where there are organisations."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--students", type=int, default=6000)
        parser.add_argument("--schools", type=int, default=30)
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--today", type=date.fromisoformat, help="the day cases are told to")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where data are")
        parser.add_argument("--force-test", action="store_true", help="also without XUEJI_DEMO=1")

    def handle(
        self,
        *,
        students: int,
        schools: int,
        seed: int,
        today: date | None,
        if_empty: bool,
        force_test: bool,
        **options: Any,
    ) -> None:
        if not (settings.DEMO or force_test):
            raise CommandError("这里不是演示站点（XUEJI_DEMO=1），不装入虚构的学校、学生和账号。")
        if schools < FEWEST_SCHOOLS or students < FEWEST_STUDENTS:
            raise CommandError(f"至少 {FEWEST_SCHOOLS} 所学校、{FEWEST_STUDENTS} 名学生。")
        if Organisation.objects.exists():
            if if_empty:
                return
            raise CommandError("数据库里已有机构，演示数据只装入空的数据库。")
        began = time.monotonic()
        load(
            students=students,
            schools=schools,
            seed=seed,
            today=fit(today or localdate()),
            told=self.stdout.write,
        )
        self.stdout.write(f"演示数据已装入，用时 {time.monotonic() - began:.0f} 秒。全部为虚构。")
