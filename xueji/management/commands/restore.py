"""Restores a backup into an empty database and an empty folder of files."""

from argparse import ArgumentParser
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xueji.backups import restoring
from xueji.backups.programs import NoProgram


class Command(BaseCommand):
    help = (
        "Restore the backup in DIR (one folder that `backup` made) into an empty database, as the"
        " owner role, with its key ring in place. Only examines it unless --apply."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path)
        parser.add_argument("--apply", action="store_true", help="write; else only examine")

    def handle(self, *, dir: Path, apply: bool, **options: Any) -> None:
        try:
            found = restoring.restore(dir) if apply else restoring.examine(dir)
        except (restoring.Unfit, NoProgram) as why:
            raise CommandError(f"没有恢复：{why}") from None
        except (restoring.Incomplete, SubprocessError) as why:
            raise CommandError(f"恢复没有完成：{why}") from None
        tables = found["tables"]
        what = f"{found['made_at']} 的备份：{len(tables)} 个表 {sum(tables.values())} 行"
        what += f"，{found['files']} 个文件"
        if not apply:
            self.stdout.write(f"{what}，可以恢复，没有写入；要写入请加 --apply。")
            return
        self.stdout.write(f"已恢复 {what}，逐表行数相符。")
        self.stdout.write("接着运行 migrate、check_numbers、check_ledger，再启动网站。")
