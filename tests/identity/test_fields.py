# ruff: noqa: DJ008 -- models that live for one test
import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps
from simple_history.models import HistoricalRecords
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from xueji.identity import crypto
from xueji.identity.crypto import CannotDecrypt
from xueji.identity.fields import EncryptedJSONField, EncryptedTextField

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ring")]

NUMBER, OTHER = "11010519491231002X", "810000199408230021"


@pytest.fixture
def child():
    """A model with sealed fields and history, and its tables."""
    with isolate_apps("django.contrib.contenttypes"):

        class Child(models.Model):
            name = models.CharField(max_length=50)
            number = EncryptedTextField("身份证件号", purpose="child.number", null=True)
            notes = EncryptedJSONField(purpose="child.notes", null=True)
            history = HistoricalRecords(history_user_id_field=models.IntegerField(null=True))

            class Meta:
                app_label = "contenttypes"
                db_table = "sealed_child"

        with connection.schema_editor() as editor:
            editor.create_model(Child)
            editor.create_model(Child.history.model)
        yield Child


def stored(table="sealed_child", column="number"):
    """The bytes as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table} order by id")
        return [None if value is None else bytes(value) for (value,) in cursor.fetchall()]


def test_the_database_holds_only_sealed_bytes(child):
    child.objects.create(name="张", number=NUMBER, notes={"电话": NUMBER})

    for column in ("number", "notes"):
        (blob,) = stored(column=column)
        assert NUMBER.encode() not in blob
        assert crypto.is_current(blob)
    assert crypto.decrypt("child.number", stored()[0]) == NUMBER


def test_a_value_comes_back_as_it_went(child):
    notes = {"父亲": ["张", None, 1.5], "on": dt.date(2026, 9, 1)}
    made = child.objects.create(name="张", number="𠮷 ", notes=notes)

    found = child.objects.get(pk=made.pk)

    assert found.number == "𠮷 "
    assert found.notes == {"父亲": ["张", None, 1.5], "on": "2026-09-01"}


@pytest.mark.parametrize("notes", [{}, [], "", 0, False])
def test_an_empty_value_is_not_no_value(child, notes):
    made = child.objects.create(name="张", number="", notes=notes)

    found = child.objects.get(pk=made.pk)

    assert (found.number, found.notes) == ("", notes)


def test_no_value_is_null(child):
    child.objects.create(name="张")
    child.objects.create(name="李", number=NUMBER)

    assert stored()[0] is None
    assert [found.name for found in child.objects.filter(number__isnull=True)] == ["张"]
    assert [found.name for found in child.objects.exclude(number__isnull=True)] == ["李"]


def test_values_come_open(child):
    child.objects.create(name="张", number=NUMBER, notes=[1])

    assert list(child.objects.values_list("number", "notes")) == [(NUMBER, [1])]
    assert list(child.objects.values("number")) == [{"number": NUMBER}]
    assert child.objects.values_list("number", flat=True).get() == NUMBER


def test_many_are_made_and_changed_at_once(child):
    child.objects.bulk_create([child(name="张", number=NUMBER), child(name="李")])
    children = list(child.objects.order_by("pk"))
    children[0].number, children[1].number = None, OTHER
    children[0].notes, children[1].notes = {"a": 1}, None

    assert child.objects.bulk_update(children, ["number", "notes"]) == 2

    found = list(child.objects.order_by("pk").values_list("number", "notes"))
    assert found == [(None, {"a": 1}), (OTHER, None)]


def test_an_update_seals(child):
    child.objects.create(name="张", number=NUMBER)

    assert child.objects.update(number=OTHER) == 1
    assert child.objects.get().number == OTHER
    assert OTHER.encode() not in stored()[0]


def test_a_column_can_be_copied_onto_itself(child):
    child.objects.create(name="张", number=NUMBER)

    child.objects.update(number=models.F("number"))

    assert child.objects.get().number == NUMBER


def test_history_is_sealed_and_reads_as_it_was(child):
    made = child.objects.create(name="张", number=NUMBER)
    made.number = OTHER
    made.save()

    assert [row.number for row in made.history.order_by("history_id")] == [NUMBER, OTHER]
    for blob in stored(child.history.model._meta.db_table):
        assert NUMBER.encode() not in blob
    newest, oldest = made.history.order_by("-history_id")
    (change,) = newest.diff_against(oldest).changes
    assert (change.field, change.old, change.new) == ("number", NUMBER, OTHER)


def test_history_of_many_is_sealed_too(child):
    children = bulk_create_with_history([child(name="张", number=NUMBER)], child)
    children[0].number = OTHER
    bulk_update_with_history(children, child, ["number"])

    history = child.history.order_by("history_id")
    assert [row.number for row in history] == [NUMBER, OTHER]
    assert [row.number for row in child.objects.all()] == [OTHER]


def test_a_value_moved_to_another_column_does_not_open(child):
    made = child.objects.create(name="张", number=NUMBER, notes=[1])
    with connection.cursor() as cursor:
        cursor.execute("update sealed_child set number = notes")

    with pytest.raises(CannotDecrypt):
        child.objects.get(pk=made.pk)


def test_a_value_changed_in_the_database_does_not_open(child):
    made = child.objects.create(name="张", number=NUMBER)
    with connection.cursor() as cursor:
        cursor.execute(
            "update sealed_child set number = set_byte(number, 20, get_byte(number, 20) # 1)"
        )

    with pytest.raises(CannotDecrypt):
        child.objects.get(pk=made.pk)


@pytest.mark.parametrize(
    "lookup", ["number", "number__in", "number__startswith", "number__gt", "notes__contains"]
)
def test_a_sealed_field_cannot_be_searched(child, lookup):
    with pytest.raises(FieldError, match="is sealed"):
        list(child.objects.filter(**{lookup: NUMBER}))


@pytest.mark.parametrize("sealed", [EncryptedTextField, EncryptedJSONField])
def test_a_sealed_field_deconstructs_with_its_purpose(sealed):
    field = sealed("身份证件号", purpose="child.number", null=True)

    _, path, args, kwargs = field.deconstruct()

    assert path == f"xueji.identity.fields.{sealed.__name__}"
    assert (args, kwargs) == (
        [],
        {"verbose_name": "身份证件号", "null": True, "purpose": "child.number"},
    )
    clone = field.clone()
    assert (clone.purpose, clone.null) == ("child.number", True)
    assert "purpose='child.number'" in MigrationWriter.serialize(field)[0]


def test_the_column_is_bytea():
    assert EncryptedTextField(purpose="p").db_type(connection) == "bytea"
    assert EncryptedTextField(purpose="p").cast_db_type(connection) == "bytea"


@isolate_apps("django.contrib.contenttypes")
@pytest.mark.parametrize(
    ("options", "found"),
    [({"unique": True}, ["xueji.E011"]), ({"db_index": True}, ["xueji.E011"]), ({}, [])],
)
def test_a_sealed_field_cannot_be_unique_or_indexed(options, found):
    class Child(models.Model):
        number = EncryptedTextField(purpose="child.number", **options)

        class Meta:
            app_label = "contenttypes"

    field = Child._meta.get_field("number")

    assert [error.id for error in field.check()] == found


def test_a_sealed_field_needs_a_purpose():
    with pytest.raises(TypeError):
        EncryptedTextField()
