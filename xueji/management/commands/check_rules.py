"""Prints the faults of the rules and counts what was looked at; exit 1 when there is one."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import autodiscover_modules

from xueji.rules import check, engine, files


class Command(BaseCommand):
    help = "Check every rule for function, test table and clause. Reads only; exit 1 on a fault."
    requires_system_checks = ()  # the rules need neither pages nor database to be judged

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data", type=Path, default=files.DATA, help="another folder of rule sets to check"
        )

    def handle(self, *_: Any, data: Path, **options: Any) -> None:
        found = faults(data)
        layers = [files.read(name, data) for name in files.names(data)] if not found else []
        entries = [entry for layer in layers for entry in layer.entries.values() if entry.declares]
        counted = {
            "ok": not found,
            "sets": len(layers),
            "rules": sum(entry.kind == "rule" for entry in entries),
            "values": sum(entry.kind == "value" for entry in entries),
            "clauses": sum(len(layer.clauses) for layer in layers),
            "faults": found,
        }
        self.stdout.write(json.dumps(counted, ensure_ascii=False, indent=2))
        if found:
            raise CommandError(f"{len(found)} faults in the rules")


def faults(data: Path = files.DATA) -> list[str]:
    """`check.faults` with the functions of every installed app."""
    autodiscover_modules("rules")
    return check.faults(judged=engine.judged(), root=data)
