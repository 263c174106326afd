"""Number series and every register number ever issued."""

from django.db import models
from django.db.models import F, Q

from xueji.identity.classification import classified
from xueji.organisations.models import Organisation, School, StageName

SERIAL_DIGITS = 4
LAST_SERIAL = 10**SERIAL_DIGITS - 1


class SeriesKind(models.TextChoices):
    REGISTER = "register", "学籍号"
    TEMPORARY = "temporary", "临时号"


@classified(public="id organisation stage digit")
class CategoryCode(models.Model):
    """学校类别代码 of a stage where the rule set states none: the jurisdiction's own table."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="category_codes", db_index=False
    )
    stage = models.CharField("学段", max_length=10, choices=StageName)
    digit = models.CharField("类别代码", max_length=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "stage"], name="category_code_one_per_stage"
            ),
            models.UniqueConstraint(
                fields=["organisation", "digit"], name="category_code_digit_unique"
            ),
            models.CheckConstraint(
                condition=Q(digit__regex=r"^\d$"), name="category_code_is_a_digit"
            ),
        ]

    def __str__(self) -> str:
        return self.digit


@classified(
    public="id province unit kind stage entry_year prefix last frozen_at frozen_by confirmed_at "
    "confirmed_by"
)
class Series(models.Model):
    """The serials of one school, stage and entry year; ``last`` is the highest one issued.

    Locked (advisory, then row) by whoever issues, until number, student and event commit. Frozen
    by the allocator, then confirmed by a second person; ``SeriesAct`` keeps each such act.
    """

    province = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(School, models.PROTECT, related_name="series", db_index=False)
    kind = models.CharField("种类", max_length=10, choices=SeriesKind)
    stage = models.CharField("学段", max_length=10, choices=StageName)
    entry_year = models.PositiveSmallIntegerField("入学年份")
    prefix = models.CharField("号段", max_length=16)
    last = models.PositiveSmallIntegerField("已发到", default=0)
    frozen_at = models.DateTimeField("冻结时间", null=True)
    frozen_by = models.ForeignKey(
        "xueji.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.ForeignKey(
        "xueji.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "stage", "entry_year"], name="series_unique"
            ),
            models.CheckConstraint(
                condition=Q(last__lte=LAST_SERIAL), name="series_has_four_digits"
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, frozen_by__isnull=True)
                | Q(frozen_at__isnull=False, frozen_by__isnull=False),
                name="series_frozen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(
                    confirmed_at__isnull=False, confirmed_by__isnull=False, frozen_at__isnull=False
                ),
                name="series_confirmed_once_frozen",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("frozen_by")),
                name="series_confirmed_by_another_post",
            ),
        ]

    def __str__(self) -> str:
        return self.prefix

    def number(self, serial: int) -> str:
        """The whole number of a serial of this series."""
        return whole_number(self.prefix, serial)


def whole_number(prefix: str, serial: int) -> str:
    """Prefix and serial as printed."""
    return f"{prefix}{serial:0{SERIAL_DIGITS}d}"


class NumberState(models.TextChoices):
    LIVE = "live", "在用"
    RETIRED = "retired", "停用"
    VOID = "void", "空号"
    GIVEN_BACK = "given_back", "收回"


STANDING = (NumberState.LIVE, NumberState.RETIRED, NumberState.VOID)


@classified(
    public="id province series serial number state starts ends case ended_case refilled act "
    "ended_act",
    personal="holder reason",
)
class RegisterNumber(models.Model):
    """One issue of a number to a pupil. Kept for ever.

    Each serial up to the series' last has exactly one row that stands for it: live, retired, or
    an open hole. Two kinds stand for none: a hole that went to another pupil is ``refilled``, and
    a number at the end of the series that re-numbering took away is given back.

    ``act`` is the 建库 that brought a number of before this register. A serial of which nobody is
    known (历史空号) has no holder; it is retired, never issued, and goes to whom it belongs when a
    later 建库 says so. ``ended_act`` is the one by which a 建库 was undone.
    """

    province = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    series = models.ForeignKey(Series, models.PROTECT, related_name="numbers", db_index=False)
    serial = models.PositiveSmallIntegerField("序号")
    number = models.CharField("学籍号", max_length=20)
    holder = models.ForeignKey("xueji.Student", models.PROTECT, null=True, related_name="numbers")
    state = models.CharField("状态", max_length=10, choices=NumberState, default=NumberState.LIVE)
    starts = models.DateField("自")
    ends = models.DateField("至", null=True)
    case = models.ForeignKey("xueji.Case", models.PROTECT, null=True, related_name="numbers")
    ended_case = models.ForeignKey(
        "xueji.Case", models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField("停用原因", max_length=100, blank=True)
    # 空号已补给另一名
    refilled = models.BooleanField(default=False)
    act = models.ForeignKey("SeriesAct", models.PROTECT, null=True, related_name="numbers")
    ended_act = models.ForeignKey(
        "SeriesAct", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["province", "number"],
                condition=Q(refilled=False, state__in=STANDING),
                name="register_number_unique",
            ),
            models.UniqueConstraint(
                fields=["series", "serial"],
                condition=Q(refilled=False, state__in=STANDING),
                name="register_number_serial_unique",
            ),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(state=NumberState.LIVE),
                name="register_number_one_live_per_holder",
            ),
            models.CheckConstraint(
                condition=Q(serial__range=(1, LAST_SERIAL)), name="register_number_serial_range"
            ),
            models.CheckConstraint(
                condition=Q(state=NumberState.LIVE, ends__isnull=True)
                | (~Q(state=NumberState.LIVE) & Q(ends__isnull=False)),
                name="register_number_ends_when_not_live",
            ),
            models.CheckConstraint(
                condition=Q(refilled=False) | Q(state=NumberState.VOID),
                name="register_number_only_holes_are_refilled",
            ),
            models.CheckConstraint(
                condition=Q(state=NumberState.LIVE) | ~Q(reason=""),
                name="register_number_ends_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=False)
                | Q(
                    act__isnull=False,
                    state__in=(NumberState.RETIRED, NumberState.GIVEN_BACK),
                ),
                name="register_number_without_holder_is_taken_over",
            ),
        ]
        indexes = [
            models.Index(
                fields=["series", "serial"],
                condition=Q(state=NumberState.VOID, refilled=False),
                name="register_number_holes",
            ),
            models.Index(fields=["number"], name="register_number_number"),
            models.Index(
                fields=["ended_case"],
                condition=Q(ended_case__isnull=False),
                name="register_number_ended_case",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ActKind(models.TextChoices):
    FROZEN = "frozen", "冻结"
    CONFIRMED = "confirmed", "确认冻结"
    REOPENED = "reopened", "重开"
    RENUMBERED = "renumbered", "改号"
    TAKEN_OVER = "taken_over", "建库"
    TAKEN_BACK = "taken_back", "撤销建库"


@classified(public="id series kind post at live retired holes last digest", personal="reason")
class SeriesAct(models.Model):
    """What an office did with a series as a whole, and the proof as it stood then. Append-only.

    ``digest`` covers every standing number with holder and state.
    """

    series = models.ForeignKey(Series, models.PROTECT, related_name="acts")
    kind = models.CharField("办理", max_length=10, choices=ActKind)
    post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=200, blank=True)
    live = models.PositiveSmallIntegerField("在用")
    retired = models.PositiveSmallIntegerField("停用")
    holes = models.PositiveSmallIntegerField("空号")
    last = models.PositiveSmallIntegerField("已发到")
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last=F("live") + F("retired") + F("holes")),
                name="series_act_proof_holds",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ActKind.REOPENED) | ~Q(reason=""),
                name="series_act_reopened_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.kind}"


@classified(public="id act given_back taken")
class Renumbered(models.Model):
    """One number that re-numbering gave back, and the hole its holder took instead.

    ``taken`` is empty where the number given back was itself a hole. Append-only.
    """

    act = models.ForeignKey(SeriesAct, models.PROTECT, related_name="renumbered")
    given_back = models.OneToOneField(RegisterNumber, models.PROTECT, related_name="renumbered")
    taken = models.OneToOneField(
        RegisterNumber, models.PROTECT, null=True, related_name="taken_instead"
    )

    def __str__(self) -> str:
        return str(self.given_back_id)
