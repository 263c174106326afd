"""The first account of a site, and those of the top office, which no level above looks after."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import localdate, now

from xueji.accounts import factor, log, passwords, services
from xueji.accounts.models import Happened, Role, User
from xueji.organisations.models import Organisation


class Command(BaseCommand):
    help = "Open an account with a post, or let one in again. Writes with --apply only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", nargs="?", default="", help="the person's name")
        parser.add_argument("--at", default="", help="name of the office")
        parser.add_argument("--role", choices=Role.values, default=Role.ADMINISTRATOR)
        parser.add_argument("--reopen", action="store_true", help="unseal, new password, no code")
        parser.add_argument("--apply", action="store_true", help="write; else only say what")

    def handle(self, *, username: str, apply: bool, reopen: bool, **options: Any) -> None:
        with transaction.atomic():
            said = self._reopen(username) if reopen else self._open(username, **options)
            if not apply:
                transaction.set_rollback(True)
        self.stdout.write(said if apply else "没有写入；要写入请加 --apply。")

    def _open(self, username: str, *, name: str, at: str, role: str, **_: Any) -> str:
        places = list(Organisation.objects.filter(name=at)[:2])
        if len(places) != 1:
            raise CommandError(f"有 {len(places)} 个单位叫“{at}”。请用 --at 写唯一的全名。")
        if not name or User.objects.filter(username__iexact=username).exists():
            raise CommandError("请写明姓名，账号不能和已有的相同。")
        account = User.objects.create(username=username, name=name, home=places[0])
        try:
            services.grant(user=account, role=role, organisation=places[0], starts=localdate())
        except services.WrongLevel:
            raise CommandError(f"{at} 没有“{Role(role).label}”这个岗位。") from None
        return self._first_password(account, Happened.OPENED)

    def _reopen(self, username: str) -> str:
        account = User.objects.filter(username=username).select_related("home").first()
        if account is None:
            raise CommandError(f"没有账号 {username}。")
        account.is_active, account.sealed_at, account.opened_at = True, None, now()
        account.save(update_fields=["is_active", "sealed_at", "opened_at"])
        factor.take_off(account)
        return self._first_password(account, Happened.REOPENED)

    def _first_password(self, account: User, kind: Happened) -> str:
        password = passwords.first()
        passwords.put(account, password, at=now(), must_change=True)
        log.note(kind, account, at=now(), note="由运维办理")
        return f"{account.username} 的初始密码（只显示这一次，登录后须改）：{password}"
