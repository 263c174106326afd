"""The tree of offices and schools, the facts about schools, their classes and calendars."""

from django.db import connection, models
from django.db.models import F, Q

from xueji.identity.classification import classified

LABEL = 4  # characters of a path per level
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def label(pk: int) -> str:
    """The path label of an organisation: its own id, so that no label is ever used twice."""
    text = ""
    while pk:
        pk, digit = divmod(pk, 36)
        text = BASE36[digit] + text
    return text.zfill(LABEL)


def path_range(path: str) -> tuple[str, str]:
    """Bounds ``low <= path < high`` of a node and all below it, for one index range."""
    return path, path[:-1] + chr(ord(path[-1]) + 1)


def within(path: str, field: str) -> Q:
    """Condition that ``field`` lies at or below ``path``."""
    low, high = path_range(path)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})


class Level(models.IntegerChoices):
    PROVINCE = 1, "省"
    PREFECTURE = 2, "市"
    COUNTY = 3, "县"
    CENTRE = 4, "中心校"
    SCHOOL = 5, "学校"


class StageName(models.TextChoices):
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"


class OrganisationQuerySet(models.QuerySet):
    def below(self, path: str) -> "OrganisationQuerySet":
        """The node at ``path`` and all below it."""
        return self.filter(within(path, "path"))

    def above(self, path: str) -> "OrganisationQuerySet":
        """The node at ``path`` and all its ancestors, top first."""
        steps = [path[: end + LABEL] for end in range(0, len(path), LABEL)]
        return self.filter(path__in=steps).order_by("path")


@classified(
    public="id parent level name initials path division_code number_code rule_set opened_on "
    "closed_on",
)
class Organisation(models.Model):
    """A province, prefecture, county bureau, township centre or school. Never deleted."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField("级别", choices=Level)
    name = models.CharField("名称", max_length=100)
    initials = models.CharField("拼音首字母", max_length=100, editable=False, default="")
    path = models.CharField(max_length=64, unique=True, editable=False, db_collation="C")
    division_code = models.CharField("行政区划代码", max_length=12, blank=True)
    # 学籍号中的市、县代码(两位), 各地自定, 不是国标区划代码的尾数
    number_code = models.CharField("编号代码", max_length=2, blank=True)
    rule_set = models.CharField("执行的制度", max_length=30, blank=True)
    opened_on = models.DateField("设立日期", null=True)
    closed_on = models.DateField("撤销日期", null=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        # one permission per role: a guardian row says who holds which post where
        permissions = [
            (role, role)
            for role in (
                "clerk principal teacher centre_officer county_officer county_head "
                "prefecture_officer province_officer auditor administrator security"
            ).split()
        ]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="organisation_name_unique"),
            models.UniqueConstraint(fields=["id", "path"], name="organisation_id_path"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent__isnull=True)
                | (Q(level__gt=Level.PROVINCE) & Q(parent__isnull=False)),
                name="organisation_only_provinces_are_roots",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def next_id() -> int:
        """An id from the table's own sequence, needed before the row to make its path."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('xueji_organisation', 'id'))")
            return cursor.fetchone()[0]


class SchoolKind(models.TextChoices):
    ORDINARY = "ordinary", "普通学校"
    SPECIAL = "special", "特殊教育学校"
    REFORM = "reform", "专门学校"


class Area(models.TextChoices):
    TOWNSHIP = "township", "乡镇"
    URBAN = "urban", "城区"


@classified(
    public="organisation county code identifier kind area designated_for_borrowed "
    "run_by connected_on connected_by",
)
class School(models.Model):
    """What only a school has. ``connected_on`` is the county's 入网 act: before it, no work."""

    organisation = models.OneToOneField(
        Organisation, models.PROTECT, primary_key=True, related_name="school"
    )
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField("学校代码", max_length=3)
    identifier = models.CharField("学校标识码", max_length=10, unique=True)
    kind = models.CharField("办学类型", max_length=10, choices=SchoolKind)
    area = models.CharField("城乡", max_length=10, choices=Area)
    designated_for_borrowed = models.BooleanField("指定借读学校", default=False)
    # 市、省直接管理的学校: 主管部门不是所在县
    run_by = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    connected_on = models.DateField("入网日期", null=True)
    connected_by = models.ForeignKey(
        "xueji.Post", models.PROTECT, null=True, related_name="+", verbose_name="入网核准岗位"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="school_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{3}$") & ~Q(code="000"), name="school_code_digits"
            ),
            models.CheckConstraint(
                condition=Q(identifier__regex=r"^\d{10}$"), name="school_identifier_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.organisation_id}"


@classified(public="id school stage first_grade years")
class Stage(models.Model):
    """A stage that a school teaches: grades ``first_grade`` to ``first_grade + years - 1``."""

    school = models.ForeignKey(School, models.PROTECT, related_name="stages")
    stage = models.CharField("学段", max_length=10, choices=StageName)
    first_grade = models.PositiveSmallIntegerField("起始年级")
    years = models.PositiveSmallIntegerField("学制")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "stage"], name="stage_unique"),
            models.CheckConstraint(
                condition=Q(first_grade__gte=1, years__gte=1, first_grade__lte=13 - F("years")),
                name="stage_grades_within_1_to_12",
            ),
        ]

    def __str__(self) -> str:
        return self.get_stage_display()

    @property
    def grades(self) -> range:
        return range(self.first_grade, self.first_grade + self.years)


GRADE_NAMES = "〇 一 二 三 四 五 六 七 八 九 十 十一 十二".split()


def grade_name(grade: int) -> str:
    """``1`` → 一年级."""
    return f"{GRADE_NAMES[grade]}年级"


@classified(public="id school stage entry_year number grade capacity teacher closed_on")
class SchoolClass(models.Model):
    """A class of a cohort. ``grade`` moves with the cohort's promotion, ``number`` never."""

    school = models.ForeignKey(School, models.PROTECT, related_name="classes")
    stage = models.CharField("学段", max_length=10, choices=StageName)
    entry_year = models.PositiveSmallIntegerField("入学年份")
    number = models.PositiveSmallIntegerField("班号")
    grade = models.PositiveSmallIntegerField("年级")
    capacity = models.PositiveSmallIntegerField("班额")
    teacher = models.ForeignKey(
        "xueji.User", models.PROTECT, null=True, related_name="+", verbose_name="班主任"
    )
    closed_on = models.DateField("撤班日期", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "stage", "entry_year", "number"], name="class_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{GRADE_NAMES[self.grade]}（{self.number}）班"


@classified(public="id school code name")
class Catchment(models.Model):
    """One village or community served by a school (学校服务范围)."""

    school = models.ForeignKey(School, models.PROTECT, related_name="catchments")
    code = models.CharField("村、社区代码", max_length=12)
    name = models.CharField("村、社区", max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="catchment_unique"),
        ]

    def __str__(self) -> str:
        return self.name


@classified(public="code name full_name initials level")
class Division(models.Model):
    """An administrative division with its 12-digit code, found by typing name or initials."""

    code = models.CharField("区划代码", max_length=12, primary_key=True, db_collation="C")
    name = models.CharField("名称", max_length=60)
    full_name = models.CharField("全称", max_length=120)
    initials = models.CharField("拼音首字母", max_length=60)
    level = models.CharField("级别", max_length=10)

    def __str__(self) -> str:
        return self.full_name


@classified(public="id county year starts_on ends_on")
class SchoolYear(models.Model):
    """A county's school year; ``year`` is the calendar year in which it opens."""

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="school_years")
    year = models.PositiveSmallIntegerField("学年")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "year"], name="school_year_unique"),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")), name="school_year_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}—{self.year + 1} 学年"


@classified(public="id school_year number starts_on ends_on")
class Term(models.Model):
    """One term of a school year; ``starts_on`` is the day lessons begin (开学)."""

    school_year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField("学期")
    starts_on = models.DateField("开学")
    ends_on = models.DateField("放假")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "number"], name="term_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.school_year_id} 第 {self.number} 学期"


@classified(public="date working name")
class Holiday(models.Model):
    """A day whose working state differs from its weekday: 放假 or 调休上班."""

    date = models.DateField("日期", primary_key=True)
    working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"
