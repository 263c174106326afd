"""The child and the family."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from simple_history.models import HistoricalRecords

from xueji.audit.models import SignedHistory
from xueji.identity import codes
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField
from xueji.identity.idnumbers import ID_TYPES
from xueji.organisations.models import School, SchoolClass, StageName, within


class Status(models.TextChoices):
    """What a register says of the child, whatever the place."""

    PENDING = "pending", "待建籍"
    DEFERRED = "deferred", "缓学"
    ENROLLED = "enrolled", "在读"
    SUSPENDED = "suspended", "休学"
    DROPPED = "dropped", "辍学"
    MISSING = "missing", "失踪"
    ABROAD = "abroad", "出国"
    WITHDRAWN = "withdrawn", "退学"
    EXPELLED = "expelled", "开除"
    LEFT = "left", "其他离校"
    GRADUATED = "graduated", "毕业"
    COMPLETED = "completed", "结业"
    PARTIAL = "partial", "肄业"
    DIED = "died", "死亡"
    TRANSFERRED = "transferred", "转出"


LIVE = frozenset(
    {
        Status.ENROLLED,
        Status.SUSPENDED,
        Status.DROPPED,
        Status.MISSING,
        Status.ABROAD,
        Status.WITHDRAWN,
        Status.EXPELLED,
        Status.LEFT,
    }
)


# no register stands on the child yet: an entry builds one and makes no second pupil
UNREGISTERED = frozenset({Status.PENDING, Status.DEFERRED})


class RegisterType(models.TextChoices):
    REGULAR = "regular", "正式学籍"
    BORROWED_TEMP = "borrowed_temp", "临时借读学籍"


class Attendance(models.TextChoices):
    """Where lessons are; a child taught at home is in no class size (NATFULL-6.3)."""

    IN_SCHOOL = "in_school", "到校上课"
    HOME_TAUGHT = "home_taught", "送教上门"


class StudentQuerySet(models.QuerySet):
    def within(self, path: str) -> "StudentQuerySet":
        """Pupils whose open home placement lies at or below ``path``."""
        return self.filter(within(path, "org_path"))

    def registered(self) -> "StudentQuerySet":
        """在籍: live registers that count, wherever the child sits."""
        return self.filter(register_type=RegisterType.REGULAR, status__in=LIVE)

    def enrolled(self) -> "StudentQuerySet":
        """在读: the base of the monthly report."""
        return self.filter(register_type=RegisterType.REGULAR, status=Status.ENROLLED)

    def in_class_size(self) -> "StudentQuerySet":
        """Who takes a seat in a class: 在读 but for those taught at home (NATFULL-6.3)."""
        return self.filter(status=Status.ENROLLED, attendance=Attendance.IN_SCHOOL)


@classified(
    public="id status register_type school org_path school_class grade stage entry_year number "
    "merged_into version",
    personal="name name_initials name_full name_order name_strokes sex birth_date nation country "
    "entered_on entry_mode boarding attendance hukou_kind migrant",
    sensitive="id_type id_number id_index no_id_reason hukou_code hukou_text address_code "
    "address_text phone",
)
class Student(models.Model):
    """A child's entry in the register, for life.

    ``school``, ``org_path``, ``school_class``, ``grade``, ``stage`` and ``entry_year`` copy the
    open home placement and are set only by ``students.services.place``; ``number`` copies the
    live register number and is set only by ``numbering.services``.
    """

    name = models.CharField("姓名", max_length=50)
    name_initials = models.CharField("姓名首字母", max_length=50, db_collation="C")
    name_full = models.CharField("姓名拼音", max_length=200, db_collation="C")
    name_order = models.CharField("姓名排序", max_length=450, db_collation="C")
    name_strokes = models.CharField("姓名笔画", max_length=150, db_collation="C")
    sex = models.CharField("性别", max_length=1, choices=codes.SEX)
    birth_date = models.DateField("出生日期")
    nation = models.CharField("民族", max_length=2, choices=codes.NATIONS)
    country = models.CharField("国籍/地区", max_length=3, choices=codes.COUNTRIES)
    id_type = models.CharField("身份证件类型", max_length=1, choices=ID_TYPES)
    id_number = EncryptedTextField("身份证件号", purpose="student.id_number", null=True)
    id_index = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    no_id_reason = models.CharField("无证件原因", max_length=100, blank=True)
    hukou_kind = models.CharField("户口性质", max_length=1, choices=codes.HUKOU_KIND)
    hukou_code = models.CharField("户口所在地代码", max_length=12, blank=True)
    hukou_text = models.CharField("户口所在地", max_length=120)
    address_code = models.CharField("现住址代码", max_length=12, blank=True)
    address_text = models.CharField("现住址", max_length=120)
    phone = EncryptedTextField("联系电话", purpose="student.phone", null=True)
    boarding = models.CharField("就读方式", max_length=1, choices=codes.BOARDING)
    attendance = models.CharField(
        "上课形式", max_length=12, choices=Attendance, default=Attendance.IN_SCHOOL
    )
    entry_mode = models.CharField("入学方式", max_length=2, choices=codes.ENTRY_MODE)
    entered_on = models.DateField("入学日期", null=True)
    migrant = models.BooleanField("是否进城务工人员随迁子女", default=False)

    status = models.CharField("状态", max_length=12, choices=Status, default=Status.PENDING)
    register_type = models.CharField("学籍类别", max_length=15, choices=RegisterType)
    school = models.ForeignKey(
        School, models.PROTECT, null=True, related_name="students", db_index=False
    )
    org_path = models.CharField(max_length=64, null=True, db_collation="C", editable=False)
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, related_name="students", verbose_name="班级"
    )
    stage = models.CharField("学段", max_length=10, choices=StageName, null=True)
    entry_year = models.PositiveSmallIntegerField("入学年份", null=True)
    grade = models.PositiveSmallIntegerField("年级", null=True)
    number = models.CharField("学籍号", max_length=20, null=True, editable=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    version = models.PositiveIntegerField(default=1)

    objects = StudentQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[SignedHistory], no_db_index=["id_index", "school", "school_class", "merged_into"]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(id_index__isnull=True, id_number__isnull=True)
                | Q(id_index__isnull=False, id_number__isnull=False),
                name="student_id_number_is_indexed",
            ),
            models.CheckConstraint(
                condition=Q(id_number__isnull=False) | Q(id_type="Z"),
                name="student_without_number_says_so",
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=True, org_path__isnull=True, grade__isnull=True)
                | Q(school__isnull=False, org_path__isnull=False, grade__isnull=False),
                name="student_place_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ENROLLED) | Q(school__isnull=False),
                name="student_enrolled_has_school",
            ),
        ]
        indexes = [
            # of those whom lists show: so that a count needs no more than the index
            models.Index(
                fields=["org_path", "grade", "name_order", "id"],
                condition=Q(merged_into__isnull=True),
                name="student_list",
            ),
            models.Index(
                fields=["org_path", "grade", "name_strokes", "id"],
                condition=Q(merged_into__isnull=True),
                name="student_list_strokes",
            ),
            models.Index(fields=["number"], name="student_number"),
            models.Index(
                fields=["org_path", "status", "register_type", "grade", "sex"],
                name="student_path_counts",
            ),
            models.Index(
                fields=["name_initials", "org_path"],
                name="student_initials",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            ),
            models.Index(fields=["name_full", "org_path"], name="student_full"),
            models.Index(fields=["birth_date", "sex"], name="student_birth_sex"),
            models.Index(fields=["school", "org_path"], name="student_school_path"),
            models.Index(
                fields=["school", "stage", "entry_year"],
                condition=Q(status=Status.ENROLLED, number__isnull=True, merged_into__isnull=True),
                name="student_unnumbered",
            ),
            GinIndex(
                Func(F("name"), template="string_to_array(%(expressions)s, NULL)"),
                name="student_name_chars",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@classified(
    public="id student position is_guardian",
    personal="name relation relation_note nation position_held",
    sensitive="phone id_type id_number hukou_code hukou_text address_code address_text workplace",
)
class FamilyMember(models.Model):
    """A member of the family; at least one is the guardian."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="family", db_index=False)
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("姓名", max_length=50)
    relation = models.CharField("关系", max_length=2, choices=codes.RELATION)
    relation_note = models.CharField("关系说明", max_length=30, blank=True)
    phone = EncryptedTextField("联系电话", purpose="family.phone", null=True)
    is_guardian = models.BooleanField("是否监护人", default=False)
    id_type = models.CharField("身份证件类型", max_length=1, choices=ID_TYPES, blank=True)
    id_number = EncryptedTextField("身份证件号", purpose="family.id_number", null=True)
    hukou_code = models.CharField("户口所在地代码", max_length=12, blank=True)
    hukou_text = models.CharField("户口所在地", max_length=120, blank=True)
    nation = models.CharField("民族", max_length=2, choices=codes.NATIONS, blank=True)
    workplace = models.CharField("工作单位", max_length=100, blank=True)
    address_code = models.CharField("现住址代码", max_length=12, blank=True)
    address_text = models.CharField("现住址", max_length=120, blank=True)
    position_held = models.CharField("职务", max_length=50, blank=True)

    history = HistoricalRecords(bases=[SignedHistory])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "position"], name="family_position_unique"),
        ]

    def __str__(self) -> str:
        return self.name
