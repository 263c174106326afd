"""Prints as JSON whether pupils, placements, histories and ledger agree; exit 1 on any fault."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from xueji.ledger.check import check_and_leave


class Command(BaseCommand):
    help = (
        "Prove the ledger from the pupils' histories and keep the counts for the desks."
        " Changes nothing else; exit 1 on a fault, or empty."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_and_leave(began_at=now())
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str))
        if found["faults"]:
            raise CommandError(f"{len(found['faults'])} faults")
