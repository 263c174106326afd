"""Fills the table of divisions from the files that ship with the product."""

from typing import Any

from django.core.management.base import BaseCommand

from xueji.organisations import divisions


class Command(BaseCommand):
    help = "Load counties, townships and villages with their 12-digit codes; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"行政区划 {divisions.load()} 条")
