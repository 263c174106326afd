"""Backs up the database and the private files, as of one moment."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from xueji.backups.making import make
from xueji.backups.programs import NoProgram


class Command(BaseCommand):
    help = (
        "Back up database and private files into a new folder below DIR, while the site works."
        " Run it as the owner role. The key ring is not part of it: --keyring copies that."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path)
        parser.add_argument(
            "--keyring", type=Path, help="copy the key ring to this file, elsewhere"
        )

    def handle(self, *, dir: Path, keyring: Path | None, **options: Any) -> None:
        if keyring and dir.absolute() in keyring.absolute().parents:
            raise CommandError("密钥文件不能和备份放在一起：两样合起来就是明文。请放到别的地方。")
        try:
            made = make(dir, at=localtime())
        except (NoProgram, SubprocessError, OSError) as why:
            raise CommandError(f"没有备份：{why}") from None
        self.stdout.write(f"已备份 {made}")
        if keyring:
            keyring.touch(mode=0o600)
            shutil.copyfile(settings.XUEJI_KEYRING, keyring)
            self.stdout.write(f"密钥文件已复制到 {keyring}")
        else:
            self.stdout.write(f"密钥文件 {settings.XUEJI_KEYRING} 不在其中，请另存一份到别处。")
