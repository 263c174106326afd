"""The pages of orders (建制调整)."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.browsing import refused_reason, words
from tests.documents import scans
from tests.establishment.asking import problems, send
from xueji.establishment.models import Order
from xueji.organisations.models import Organisation, SchoolClass


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("文件.jpg", scans.jpeg(), content_type="image/jpeg")


def ordered(world, kind="move", into="杨各庄镇中心校", **changes) -> dict:
    typed = {"kind": kind, "school": "清泉小学", "into": into, "number": "迁教〔2026〕18 号"}
    typed |= {"decided_on": localdate().isoformat(), "effective_on": "2099-01-01"}
    return typed | changes


def test_the_county_looks_first_then_enters_an_order_and_withdraws_it(world, client_of):
    pupils.enrolled(world, name="程咬金")
    case = pupils.submitted(world, name="王伯当")
    client, today = client_of("county"), localdate()
    later = today.replace(day=1, year=today.year + 1).isoformat()

    look = send(client, "order_new", **ordered(world, effective_on=later, check="1"))
    assert "学生 1 名" in words(look)
    assert case.number in words(look)
    assert Order.objects.count() == 0
    bare = send(client, "order_new", **ordered(world, effective_on=later))
    assert "还没有选文件扫描件" in problems(bare)
    told = words(send(client, "order_new", **ordered(world, effective_on=later, file=paper())))

    (order,) = Order.objects.all()
    assert f"已登记，{later} 由系统执行" in told
    assert "清泉小学由建昌营镇中心校调整到杨各庄镇中心校" in told
    for who, status in (("clerk", 200), ("centre2", 200), ("urban", 404), ("county9", 404)):
        assert client_of(who).get(reverse("order", args=[order.pk])).status_code == status
    scan = client_of("centre").get(reverse("order_paper", args=[order.pk]))
    assert scan["Content-Disposition"].startswith("attachment")
    answer = send(client, "order_withdraw", order.pk, reason=" ")
    told = "还没有写撤回的原因。请写明为什么撤回。"
    assert (answer.status_code, refused_reason(answer)) == (422, (" ", told))
    assert "到那天由系统执行" in words(send(client, "order_carry_out", order.pk))
    send(client, "order_withdraw", order.pk, reason="文件废止")
    order.refresh_from_db()
    assert (order.state, order.reason) == ("withdrawn", "文件废止")


def test_an_order_that_meets_an_open_case_is_refused_and_nothing_typed_is_lost(world, client_of):
    case = pupils.submitted(world, name="王伯当")
    first = localdate().replace(day=1).isoformat()
    typed = ordered(world, "merge", "邻泉小学", effective_on=first, file=paper())

    refused = send(client_of("county"), "order_new", **typed)

    assert (refused.status_code, Order.objects.count()) == (409, 0)
    assert f"还有 1 件业务没有办结：{case.number}" in words(refused)
    assert 'value="迁教〔2026〕18 号"' in refused.content.decode()


def test_a_class_is_named_as_one_writes_it_and_one_that_is_not_there_is_refused(world, client_of):
    pupils.enrolled(world, name="程咬金")
    client, today = client_of("county"), localdate()
    later = today.replace(day=1, year=today.year + 1).isoformat()
    typed = ordered(world, "class", "邻泉小学", effective_on=later)
    names = "该校现有：一（1）班、一（2）班，请填其中一个。"

    for said, why in (
        ("", "还没有填要划转的班。"),
        ("三（9）班", "清泉小学没有「三（9）班」这个班。"),
    ):
        refused = send(client, "order_new", **typed, school_class=said, file=paper())
        assert (refused.status_code, problems(refused)) == (422, why + names)
    look = send(client, "order_new", **typed, school_class="一年级2班", check="1")
    assert "清泉小学一（2）班现在有什么" in words(look)
    assert "学生 0 名" in words(look)
    assert Order.objects.count() == 0
    told = words(send(client, "order_new", **typed, school_class="一(2)班", file=paper()))

    assert "清泉小学一（2）班划转到邻泉小学" in told
    (order,) = Order.objects.all()
    assert (order.kind, order.class_name, order.state) == ("class", "一（2）班", "waiting")
    for who, status in (("clerk", 200), ("clerk1b", 200), ("clerk2", 404), ("county9", 404)):
        assert client_of(who).get(reverse("order", args=[order.pk])).status_code == status
    assert "清泉小学一（2）班" in words(client_of("clerk1b").get(reverse("orders")))
    office = reverse("organisation", args=[world.schools["邻泉小学"].pk])
    assert "清泉小学一（2）班整班划转 → 邻泉小学" in words(client.get(office))


def test_a_class_that_is_typed_for_another_kind_of_order_is_not_kept(world, client_of):
    later = localdate().replace(day=1, year=localdate().year + 1).isoformat()
    typed = ordered(world, effective_on=later, school_class="一（1）班", file=paper())

    send(client_of("county"), "order_new", **typed)

    assert (Order.objects.get().kind, Order.objects.get().school_class) == ("move", None)


def test_a_school_is_not_closed_by_who_names_where_it_goes(world, client_of):
    later = localdate().replace(day=1, year=localdate().year + 1).isoformat()
    typed = ordered(world, "close", "邻泉小学", effective_on=later, file=paper())
    refused = send(client_of("county"), "order_new", **typed)
    told = "撤销没有去向，「邻泉小学」不会起作用。要并入的，事项改选并入；要撤销的，请清空去向。"
    assert (refused.status_code, problems(refused), Order.objects.count()) == (422, told, 0)


def test_a_number_of_an_order_is_never_cut_off(world, client_of):
    later = localdate().replace(day=1, year=localdate().year + 1).isoformat()
    typed = ordered(world, effective_on=later, file=paper(), number="文" * 61)
    refused = send(client_of("county"), "order_new", **typed)
    told = "文号超过 60 个字。请照文件填写，只填文号。"
    assert (refused.status_code, problems(refused), Order.objects.count()) == (422, told, 0)
    sent = send(client_of("county"), "order_new", **typed | {"number": "文" * 60, "file": paper()})
    assert (sent.status_code, Order.objects.get().number) == (200, "文" * 60)


def test_an_order_that_stands_in_the_way_says_what_it_is_about(world, client_of):
    later = localdate().replace(day=1, year=localdate().year + 1).isoformat()
    county = client_of("county")
    into = ordered(world, "merge", "清泉小学", effective_on=later, file=paper())
    send(county, "order_new", **into | {"school": "邻泉小学"})

    refused = send(county, "order_new", **ordered(world, effective_on=later, check="1"))

    assert problems(refused) == (
        f"「邻泉小学」有待执行的文件：迁教〔2026〕18 号，{later} 邻泉小学并入清泉小学。"
        "请等它执行，或先撤回它。"
    )


def test_one_of_two_schools_of_a_name_is_meant_by_its_centre(world, client_of):
    Organisation.objects.filter(name="上庄小学").update(name="清泉小学")
    client = client_of("county")
    typed = ordered(world, into="迁安市教育局", check="1")

    refused = problems(send(client, "order_new", **typed))
    assert "没有选到学校。请从列出的里选一所；同名的写成“上级/学校”。" in refused
    named = typed | {"school": "杨各庄镇中心校/清泉小学"}
    page = send(client, "order_new", **named)
    assert page.context["form"].data["school_id"] == str(world.schools["上庄小学"].pk)


def test_of_many_classes_those_of_the_grade_that_was_typed_are_named(world, client_of):
    school = world.schools["清泉小学"]
    rows = [
        SchoolClass(school=school, stage="primary", entry_year=2025, grade=2, number=n, capacity=45)
        for n in range(1, 31)
    ]
    SchoolClass.objects.bulk_create(rows)
    client, typed = client_of("county"), ordered(world, "class", "邻泉小学", check="1")

    of_one = problems(send(client, "order_new", **typed | {"school_class": "一（9）班"}))
    assert of_one == (
        "清泉小学没有「一（9）班」这个班。该校现有：一（1）班、一（2）班，请填其中一个。"
    )
    of_two = problems(send(client, "order_new", **typed | {"school_class": "二（99）班"}))
    assert of_two.endswith("、二（19）班、二（20）班 等 32 个班，请填其中一个。")
