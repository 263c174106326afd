"""People, the posts they hold, and the guardian rows that follow the posts."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField
from xueji.organisations.models import Level, Organisation


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None) -> "User":
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


@classified(
    public="id username is_active last_login home opened_at password_set_at must_change "
    "sealed_at factor_at",
    personal="name",
    secret="password",  # noqa: S106 -- a field's name
)
class User(AbstractBaseUser):
    """A person with an account. What the account may do follows from posts alone."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("启用", default=True)
    # 账号归哪个单位管理; 第一个岗位定下, 创建时也可先定
    home = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="accounts")
    opened_at = models.DateTimeField("开通", default=timezone.now)
    password_set_at = models.DateTimeField("密码设于", null=True)
    must_change = models.BooleanField("须改初始密码", default=False)
    sealed_at = models.DateTimeField("封存", null=True)
    factor_at = models.DateTimeField("启用动态码", null=True)
    is_superuser = False

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    CLERK = "clerk", "学籍管理员"
    PRINCIPAL = "principal", "校长"
    TEACHER = "teacher", "班主任"
    CENTRE_OFFICER = "centre_officer", "学籍专员"
    COUNTY_OFFICER = "county_officer", "教育科"
    COUNTY_HEAD = "county_head", "主管领导"
    PREFECTURE_OFFICER = "prefecture_officer", "市学籍管理"
    PROVINCE_OFFICER = "province_officer", "省学籍管理"
    AUDITOR = "auditor", "审计"
    ADMINISTRATOR = "administrator", "账号管理"
    SECURITY = "security", "安全管理"


LEVEL_OF_ROLE: dict[str, Level] = {
    Role.CLERK: Level.SCHOOL,
    Role.PRINCIPAL: Level.SCHOOL,
    Role.TEACHER: Level.SCHOOL,
    Role.CENTRE_OFFICER: Level.CENTRE,
    Role.COUNTY_OFFICER: Level.COUNTY,
    Role.COUNTY_HEAD: Level.COUNTY,
    Role.PREFECTURE_OFFICER: Level.PREFECTURE,
    Role.PROVINCE_OFFICER: Level.PROVINCE,
}


@classified(public="id user role organisation starts ends at_once granted_by ended_by")
class Post(models.Model):
    """Who holds which post where, from when to when. The truth about rights; never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    role = models.CharField("岗位", max_length=20, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    starts = models.DateField("自")
    ends = models.DateField("至", null=True)
    at_once = models.BooleanField("当日即止", default=False)  # gives nothing on its last day either
    granted_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"],
                condition=Q(ends__isnull=True),
                name="post_open_once",
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="post_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(at_once=False) | Q(ends__isnull=False),
                name="post_at_once_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_role_display()}"


@classified(public="id user permission content_object")
class Grant(UserObjectPermissionBase):
    """The guardian row of a post in force; services.grant and services.end keep it."""

    content_object = models.ForeignKey(Organisation, models.PROTECT, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


@classified(
    public="user started_at seen_at address agent expire_date",
    secret="session_key session_data",  # noqa: S106 -- names of fields
)
class UserSession(AbstractBaseSession):
    """A session with whose it is and where from, so that it can be listed and ended."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="sessions")
    started_at = models.DateTimeField("登录", null=True)
    seen_at = models.DateTimeField("最近使用", null=True)
    address = models.CharField("地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    class Meta:
        db_table = "xueji_session"


@classified(public="id user at", secret="password")  # noqa: S106 -- a field's name
class OldPassword(models.Model):
    """The hash of a password that was used before, barred for a while."""

    user = models.ForeignKey(User, models.PROTECT, related_name="old_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


@classified(public="user last_step", secret="secret codes")  # noqa: S106 -- names of fields
class SecondFactor(models.Model):
    """The key from which a person's telephone counts codes, and the hashes of codes for need."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="factor")
    secret = EncryptedTextField(purpose="accounts.second_factor")
    last_step = models.BigIntegerField(default=0)
    codes = ArrayField(models.CharField(max_length=64), default=list)

    def __str__(self) -> str:
        return str(self.user_id)


@classified(public="id who address at")
class LoginAttempt(models.Model):
    """A log-in under way or failed; ``who`` is the blind index of what was typed as the account."""

    who = models.BinaryField(max_length=32)
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["who", "at"], name="login_attempt_who_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Happened(models.TextChoices):
    LOGIN = "login", "登录"
    FAILED = "failed", "登录未成功"
    STOPPED = "stopped", "登录被限制"
    LOGOUT = "logout", "退出"
    OPENED = "opened", "开通账号"
    DISABLED = "disabled", "停用账号"
    ENABLED = "enabled", "启用账号"
    SEALED = "sealed", "久未登录封存"
    REOPENED = "reopened", "解除封存"
    GRANTED = "granted", "授予岗位"
    ENDED = "ended", "结束岗位"
    RESET = "reset", "重设密码"
    PASSWORD = "password", "修改密码"
    FACTOR = "factor", "启用动态码"
    RECOVERED = "recovered", "用恢复码登录"
    FACTOR_OFF = "factor_off", "解除动态码"
    UNLOCKED = "unlocked", "解除登录限制"
    SESSIONS = "sessions", "结束登录"


# what an auditor looks into: who was kept out, and what was done to accounts by hand
KEPT_OUT = (Happened.STOPPED,)
BY_HAND = (
    *(Happened.DISABLED, Happened.ENABLED, Happened.RESET, Happened.REOPENED),
    *(Happened.UNLOCKED, Happened.FACTOR_OFF),
)


@classified(
    public="id at kind account_id user_id post_id organisation_path address", personal="note"
)
class AccountEvent(models.Model):
    """What happened to an account, and by whom. Append-only; ids by value, it outlives them."""

    at = models.DateTimeField("时间")
    kind = models.CharField("事项", max_length=10, choices=Happened)
    account_id = models.BigIntegerField(null=True)  # none: no such account
    user_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    organisation_path = models.CharField(max_length=64, blank=True, db_collation="C")
    address = models.CharField("地址", max_length=45, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="account_event_at"),
            models.Index(fields=["account_id", "at"], name="account_event_account"),
            models.Index(fields=["user_id", "at"], name="account_event_user"),
            models.Index(
                fields=["at", "organisation_path"],
                condition=Q(kind__in=(*KEPT_OUT, *BY_HAND)),
                name="account_event_looked_into",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
