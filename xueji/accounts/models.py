"""People, the posts they hold, and the guardian rows that follow the posts."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from xueji.identity.classification import classified
from xueji.organisations.models import Level, Organisation


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None) -> "User":
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


@classified(public="id username is_active last_login", personal="name", secret="password")  # noqa: S106 -- a field's name
class User(AbstractBaseUser):
    """A person with an account. What the account may do follows from posts alone."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("启用", default=True)
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


@classified(public="id user role organisation starts ends granted_by ended_by")
class Post(models.Model):
    """Who holds which post where, from when to when. The truth about rights; never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    role = models.CharField("岗位", max_length=20, choices=Role)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    starts = models.DateField("自")
    ends = models.DateField("至", null=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_role_display()}"


@classified(public="id user permission content_object")
class Grant(UserObjectPermissionBase):
    """The guardian row of a post in force; services.grant and services.end keep it."""

    content_object = models.ForeignKey(Organisation, models.PROTECT, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
