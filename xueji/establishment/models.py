"""What was done to an office or school, and the orders (建制调整) on schools and classes."""

from django.db import models
from django.db.models import Q

from xueji.identity.classification import classified
from xueji.organisations.models import Organisation, School, SchoolClass


class OrderKind(models.TextChoices):
    MOVE = "move", "调整隶属"
    MERGE = "merge", "并入"
    CLOSE = "close", "撤销"
    CLASS = "class", "整班划转"


class OrderState(models.TextChoices):
    WAITING = "waiting", "待执行"
    DONE = "done", "已执行"
    WITHDRAWN = "withdrawn", "已撤回"


@classified(
    public="id county kind state school into number decided_on effective_on document school_name "
    "former_id from_name from_path into_name school_class class_name entered_by entered_at pupils "
    "problem ended_by ended_at reason",
)
class Order(models.Model):
    """A school moves, merges into another or closes, or a class of it goes to another school.

    On the first of a month, by a paper. Names and the former path stand by value, as they were
    when it was entered and carried out.
    """

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="orders")
    kind = models.CharField("事项", max_length=10, choices=OrderKind)
    state = models.CharField("状态", max_length=10, choices=OrderState, default=OrderState.WAITING)
    school = models.ForeignKey(School, models.PROTECT, related_name="orders")
    # 新的隶属单位, 或并入、划转到的学校; 撤销时没有
    into = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="orders_into")
    number = models.CharField("文号", max_length=60)
    decided_on = models.DateField("文件日期")
    effective_on = models.DateField("生效日期")
    document = models.OneToOneField(
        "xueji.Document", models.PROTECT, related_name="+", verbose_name="文件"
    )
    school_name = models.CharField("学校", max_length=100)
    former_id = models.BigIntegerField("原隶属单位编号")
    from_name = models.CharField("原隶属单位", max_length=100)
    from_path = models.CharField(max_length=64, db_collation="C")
    into_name = models.CharField("去向", max_length=100, blank=True)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, null=True, related_name="orders")
    class_name = models.CharField(
        "划转的班级", max_length=20, blank=True, default="", db_default=""
    )
    entered_by = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    pupils = models.PositiveIntegerField("随同调整的学生", default=0)
    problem = models.CharField("没有执行的原因", max_length=300, blank=True)
    ended_by = models.ForeignKey("xueji.Post", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("执行或撤回时间", null=True)
    reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(state=OrderState.WAITING),
                name="order_one_waiting_per_school",
            ),
            models.CheckConstraint(
                condition=Q(effective_on__day=1), name="order_on_the_first_of_a_month"
            ),
            models.CheckConstraint(
                condition=Q(kind=OrderKind.CLOSE, into__isnull=True)
                | (~Q(kind=OrderKind.CLOSE) & Q(into__isnull=False)),
                name="order_says_where_to",
            ),
            models.CheckConstraint(
                condition=Q(kind=OrderKind.CLASS, school_class__isnull=False)
                | (~Q(kind=OrderKind.CLASS) & Q(school_class__isnull=True)),
                name="order_names_a_class",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.WAITING, ended_at__isnull=True)
                | (~Q(state=OrderState.WAITING) & Q(ended_at__isnull=False)),
                name="order_ended_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_on"],
                condition=Q(state=OrderState.WAITING),
                name="order_due",
            ),
            models.Index(fields=["county", "id"], name="order_county"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def sentence(self) -> str:
        """``清泉小学由建昌营镇中心校调整到杨各庄镇中心校``."""
        if self.kind == OrderKind.MOVE:
            return f"{self.school_name}由{self.from_name}调整到{self.into_name}"
        if self.kind == OrderKind.MERGE:
            return f"{self.school_name}并入{self.into_name}"
        if self.kind == OrderKind.CLASS:
            return f"{self.school_name}{self.class_name}划转到{self.into_name}"
        return f"{self.school_name}撤销"


class ActKind(models.TextChoices):
    FOUNDED = "founded", "设立"
    CONNECTED = "connected", "核准入网"
    FACTS = "facts", "修改资料"
    STAGES = "stages", "修改学段"
    CATCHMENT = "catchment", "修改服务范围"
    CALENDAR = "calendar", "修改校历"
    RULES = "rules", "变更制度"
    ORDERED = "ordered", "登记建制调整"
    WITHDRAWN = "withdrawn", "撤回建制调整"
    CARRIED_OUT = "carried_out", "执行建制调整"


@classified(public="id organisation kind at post order changes reason")
class OrganisationAct(models.Model):
    """One act on an office or school: who, when, why, and what stood before and after.

    ``changes`` lists label, text before and text after. Append-only.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="acts")
    kind = models.CharField("办理", max_length=12, choices=ActKind)
    at = models.DateTimeField("时间")
    post = models.ForeignKey("xueji.Post", models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="acts")
    changes = models.JSONField("改动", default=list)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "id"], name="organisation_act")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.kind}"
