"""The event ledger: what happened to each register, in which month it counts; its proofs."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified
from xueji.organisations.models import Organisation


class EventKind(models.TextChoices):
    OPENING = "opening", "建库"
    DEFERRED = "deferred", "缓学"
    ENTERED = "entered", "入学建籍"
    NUMBERED = "numbered", "编学籍号"
    PLACED = "placed", "分班"
    TRANSFERRED_OUT = "transferred_out", "转出"
    TRANSFERRED_IN = "transferred_in", "转入"
    BORROWED = "borrowed", "借读"
    BORROWING_ENDED = "borrowing_ended", "借读结束"
    REGULARISED = "regularised", "转为正式学籍"
    SUSPENDED = "suspended", "休学"
    RESUMED = "resumed", "复学"
    LEFT = "left", "离校"
    RETURNED = "returned", "返校"
    GRADE_CHANGED = "grade_changed", "年级变动"
    STAGE_ENTERED = "stage_entered", "升学"
    GRADUATED = "graduated", "毕业"
    REASSIGNED = "reassigned", "建制调整"
    KEY_DATA_CHANGED = "key_data_changed", "关键信息更正"
    REVERSED = "reversed", "撤销"


class Scope(models.TextChoices):
    """The smallest unit that holds both schools of a transfer."""

    TOWNSHIP = "township", "本镇乡"
    COUNTY = "county", "本县"
    PREFECTURE = "prefecture", "本市"
    PROVINCE = "province", "本省"
    OUTSIDE = "outside", "省外或系统外"


@classified(
    public="id kind scope student change effective_on recorded_at booked_month unit_id school_id "
    "school_path school_name authority_id class_name grade stage sex register_type number "
    "user_id post_id case reverses",
    personal="text",
)
class RegisterEvent(models.Model):
    """One fact of a register, append-only.

    ``change`` is its effect on 在读 of (school, grade, sex): +1, -1 or 0. School, authority,
    unit, class and sex stand by value, as they were on the day of writing. ``scope`` says of a
    transfer how far it went.
    """

    kind = models.CharField("事件", max_length=20, choices=EventKind)
    student = models.ForeignKey("xueji.Student", models.PROTECT, related_name="events")
    scope = models.CharField("范围", max_length=12, choices=Scope, blank=True)
    change = models.SmallIntegerField("在读增减")
    effective_on = models.DateField("发生日期")
    recorded_at = models.DateTimeField("记录时间")
    booked_month = models.DateField("计入月份")
    unit_id = models.BigIntegerField("月报单位")
    school_id = models.BigIntegerField()
    school_path = models.CharField(max_length=64, db_collation="C")
    school_name = models.CharField("学校", max_length=100)
    authority_id = models.BigIntegerField("主管部门")
    class_name = models.CharField("班级", max_length=20, blank=True)
    stage = models.CharField("学段", max_length=10)
    grade = models.PositiveSmallIntegerField("年级")
    sex = models.CharField("性别", max_length=1)
    register_type = models.CharField("学籍类别", max_length=15)
    number = models.CharField("学籍号", max_length=20, blank=True)
    text = models.CharField("说明", max_length=200, blank=True)
    user_id = models.BigIntegerField()
    post_id = models.BigIntegerField()
    case = models.ForeignKey("xueji.Case", models.PROTECT, null=True, related_name="events")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(change__range=(-1, 1)), name="event_changes_by_one"),
            models.CheckConstraint(
                condition=Q(kind=EventKind.REVERSED, reverses__isnull=False)
                | (~Q(kind=EventKind.REVERSED) & Q(reverses__isnull=True)),
                name="event_reversal_names_its_event",
            ),
            models.CheckConstraint(
                condition=Q(booked_month__day=1), name="event_month_is_a_first_day"
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "booked_month"], name="event_unit_month"),
            models.Index(fields=["school_path", "effective_on"], name="event_path_effective"),
            models.Index(fields=["number"], condition=~Q(number=""), name="event_number"),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on:%Y-%m-%d} {self.get_kind_display()}"


@classified(public="id unit month accepted_at")
class AcceptedMonth(models.Model):
    """A month whose report the county accepted for a unit; nothing is booked into it any more."""

    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="accepted_months")
    month = models.DateField("月份")
    accepted_at = models.DateTimeField("接受时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "month"], name="accepted_month_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"


@classified(public="id name began_at ended_at looked_at faults")
class Examination(models.Model):
    """One proof of the whole register: what was asked, of how many, and how many faults of a kind.

    Written by ledger.examinations alone; the application's role adds rows and drops old ones.
    """

    name = models.CharField("核对", max_length=20)
    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    looked_at = models.PositiveIntegerField("核对数")
    faults = models.JSONField("问题", default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=models.F("began_at")), name="examination_ends_after_begin"
            ),
        ]
        indexes = [models.Index(fields=["name", "-ended_at"], name="examination_last")]

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M} {self.name}"

    @property
    def found(self) -> int:
        """Faults of all kinds."""
        return sum(self.faults.values())
