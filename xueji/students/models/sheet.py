"""What the national sheet asks beyond what lists, search and counts need."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from xueji.audit.models import SignedHistory
from xueji.identity import codes
from xueji.identity.classification import classified
from xueji.identity.fields import EncryptedTextField
from xueji.students.models.pupil import Student


@classified(
    public="student",
    personal="native_place compatriot political former_name specialty class_number source "
    "only_child preschool travel distance school_bus bought_place",
    sensitive="birth_place_code birth_place_text id_valid_from id_valid_until mail_address "
    "family_address postcode email homepage left_behind orphan martyr_family needs_aid "
    "boarding_subsidy",
    medical="health blood_type inclusion disability",
)
class StudentSheet(models.Model):
    """The further items of 学生基础信息表, one row for a pupil; NULL or empty is 未填.

    Apart from Student, so that a list reads narrow rows and a promotion writes narrow history.
    """

    student = models.OneToOneField(Student, models.PROTECT, primary_key=True, related_name="sheet")
    birth_place_code = models.CharField("出生地代码", max_length=12, blank=True)
    birth_place_text = models.CharField("出生地", max_length=120, blank=True)
    native_place = models.CharField("籍贯", max_length=60, blank=True)
    compatriot = models.CharField("港澳台侨外", max_length=2, choices=codes.COMPATRIOT, blank=True)
    health = EncryptedTextField("健康状况", purpose="sheet.health", choices=codes.HEALTH, null=True)
    political = models.CharField("政治面貌", max_length=2, choices=codes.POLITICAL, blank=True)
    former_name = models.CharField("曾用名", max_length=50, blank=True)
    id_valid_from = models.DateField("身份证件有效期自", null=True)
    id_valid_until = models.DateField("身份证件有效期至", null=True)
    specialty = models.CharField("特长", max_length=100, blank=True)
    blood_type = EncryptedTextField(
        "血型", purpose="sheet.blood_type", choices=codes.BLOOD_TYPE, null=True
    )
    class_number = models.CharField("班内学号", max_length=10, blank=True)
    source = models.CharField("学生来源", max_length=1, choices=codes.SOURCE, blank=True)
    mail_address = models.CharField("通信地址", max_length=120, blank=True)
    family_address = models.CharField("家庭地址", max_length=120, blank=True)
    postcode = models.CharField("邮政编码", max_length=6, blank=True)
    email = models.CharField("电子信箱", max_length=100, blank=True)
    homepage = models.CharField("主页地址", max_length=200, blank=True)
    only_child = models.BooleanField("是否独生子女", null=True)
    preschool = models.BooleanField("是否受过学前教育", null=True)
    left_behind = models.CharField(
        "是否留守儿童", max_length=1, choices=codes.LEFT_BEHIND, blank=True
    )
    orphan = models.BooleanField("是否孤儿", null=True)
    martyr_family = models.BooleanField("是否烈士或优抚子女", null=True)
    inclusion = EncryptedTextField(
        "随班就读", purpose="sheet.inclusion", choices=codes.INCLUSION, null=True
    )
    disability = EncryptedTextField(
        "残疾类型", purpose="sheet.disability", choices=codes.DISABILITY, null=True
    )
    bought_place = models.BooleanField("是否由政府购买学位", null=True)
    needs_aid = models.BooleanField("是否需要申请资助", null=True)
    boarding_subsidy = models.BooleanField("是否享受一补", null=True)
    distance = models.DecimalField("上下学距离", max_digits=4, decimal_places=1, null=True)
    travel = models.CharField("上下学方式", max_length=1, choices=codes.TRAVEL, blank=True)
    school_bus = models.BooleanField("是否需要乘坐校车", null=True)

    history = HistoricalRecords(bases=[SignedHistory])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(id_valid_until__isnull=True)
                | Q(id_valid_from__isnull=False, id_valid_until__gte=F("id_valid_from")),
                name="sheet_document_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(distance__isnull=True) | Q(distance__gte=0, distance__lte=200),
                name="sheet_distance_is_a_way_to_school",
            ),
        ]

    def __str__(self) -> str:
        return str(self.student_id)
