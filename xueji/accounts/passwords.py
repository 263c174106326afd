"""What a password must be, by profile, and how a new one takes the place of the old."""

import gzip
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import check_password
from django.db import transaction

from xueji.accounts.models import OldPassword, User
from xueji.identity.pinyin import full

KINDS = {"大写字母": r"[A-Z]", "小写字母": r"[a-z]", "数字": r"[0-9]", "符号": r"[^A-Za-z0-9]"}
LONGEST = 128
# letters that remain of passwords that everybody thinks of: Admin@2026, Xueji-demo-2026
OBVIOUS = frozenset(
    "a aa abc abcd admin administrator asd asdf aaa guest iloveyou jiaoyu jiaoyuju login mima "
    "pass passw passwd password pwd q qaz qazwsx qwe qwer qwert qwerty root school test "
    "user welcome woaini woaizhongguo xuexiao xueji xuejidemo xuejiguanli zaq zhongguo zxc".split()
)
LEET = str.maketrans("0134578@$!", "oieastbasi")
UNSHIFT = str.maketrans("!@#$%^&*()", "1234567890")  # 1qaz@WSX goes over the keys of 1qaz2wsx


@dataclass(frozen=True)
class Profile:
    """One standard: shortest length, kinds of characters, days, how many old ones are barred."""

    shortest: int
    kinds: int
    days: int
    barred: int

    @property
    def words(self) -> str:
        parts = [f"至少 {self.shortest} 位"]
        if self.kinds:
            parts.append(f"{'、'.join(KINDS)}四种里至少有 {self.kinds} 种")
        if self.barred:
            parts.append(f"不能是最近用过的 {self.barred} 个")
        return "，".join([*parts, "不含账号和姓名，不是常见密码"])


PROFILES = {
    "mlps": Profile(shortest=10, kinds=3, days=90, barred=5),
    "asvs": Profile(shortest=12, kinds=0, days=0, barred=0),
}


class Overtaken(Exception):
    """The password has been changed or reset since it was looked at; nothing was written."""


def profile() -> Profile:
    return PROFILES[settings.PASSWORD_PROFILE]


def expires_at(user: User) -> datetime | None:
    """When the present password has to be changed; None: never."""
    days = profile().days
    if not days or user.password_set_at is None:
        return None
    return user.password_set_at + timedelta(days=days)


def must_change(user: User, *, at: datetime) -> bool:
    """Whether nothing goes on before the password is another one."""
    until = expires_at(user)
    return user.must_change or (until is not None and at >= until)


def faults(new: str, user: User) -> list[str]:
    """Everything that speaks against ``new``, a Chinese sentence each."""
    wanted, found = profile(), []
    if len(new) < wanted.shortest:
        found.append(f"密码只有 {len(new)} 位，至少要 {wanted.shortest} 位。")
    if len(new) > LONGEST:
        found.append(f"密码超过 {LONGEST} 位，请写短一些。")
    has = sum(bool(re.search(kind, new)) for kind in KINDS.values())
    if has < wanted.kinds:
        found.append(f"密码只有 {has} 种字符；{'、'.join(KINDS)}里至少用 {wanted.kinds} 种。")
    if _is_obvious(new):
        found.append("这是常见密码，容易被猜中。请换成别人想不到的，例如几个不相干的词。")
    if _names(new, user):
        found.append("密码里有您的账号或姓名，容易被猜中。请换一个。")
    return found or (_used_before(new, user, wanted.barred) if user.pk else [])


def _used_before(new: str, user: User, barred: int) -> list[str]:
    """Asked last: each comparison takes as long as a log-in."""
    hashes = [user.password] if user.has_usable_password() else []
    if barred:
        old = OldPassword.objects.filter(user=user).order_by("-at", "-pk")
        hashes += old.values_list("password", flat=True)[: barred - 1]
    if any(check_password(new, used) for used in hashes):
        many = f"最近 {barred} 个密码用过的不能再用" if barred else "新密码和现在的一样"
        return [f"{many}，请换一个新的。"]
    return []


def _is_obvious(new: str) -> bool:
    plain = new.lower()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)  # without the year and the ! at its end
    spelt = (plain, core, core.translate(LEET))
    letters = {re.sub(r"[^a-z]", "", word) for word in spelt}
    is_common = not _common().isdisjoint((*spelt, plain.translate(UNSHIFT)))
    return is_common or len(set(plain)) < 4 or any(map(_is_one_word, letters))


def _is_one_word(letters: str) -> bool:
    """Whether nothing is left but one obvious word, said once or several times."""
    return letters in OBVIOUS or any(
        len(word) > 2 and letters and not letters.replace(word, "") for word in OBVIOUS
    )


@cache
def _common() -> frozenset[str]:
    """The twenty thousand of Django's own list."""
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return frozenset(line.strip() for line in file)


def _names(new: str, user: User) -> bool:
    plain = new.lower()
    words = [user.username.lower(), user.name.lower(), full(user.name).lower()]
    return any(len(word) > 3 and word in plain or word == plain for word in words if word)


def first() -> str:
    """A password to be used once: twelve characters of three kinds that are not mistaken."""
    parts = (("abcdefghkmnpqrstuvwxyz", 4), ("23456789", 4), ("ABCDEFGHKLMNPQRSTUVWXYZ", 4))
    return "-".join(
        "".join(secrets.choice(letters) for _ in range(count)) for letters, count in parts
    )


@transaction.atomic
def put(user: User, new: str, *, at: datetime, must_change: bool = False) -> None:
    """Write a password, keep the hash of the one before; sessions are the caller's business.

    Raises Overtaken where ``user`` was read before somebody else wrote one.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if locked.password != user.password:
        raise Overtaken
    if locked.has_usable_password():
        OldPassword.objects.create(user=user, password=locked.password, at=at)
    user.set_password(new)
    user.password_set_at, user.must_change = at, must_change
    user.save(update_fields=["password", "password_set_at", "must_change"])
    kept = OldPassword.objects.filter(user=user).order_by("-at", "-pk")
    most = max(profile.barred for profile in PROFILES.values())
    OldPassword.objects.filter(pk__in=list(kept.values_list("pk", flat=True)[most:])).delete()
