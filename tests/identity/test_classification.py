# ruff: noqa: DJ008 -- models that live for one test
import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps
from simple_history.models import HistoricalRecords

from xueji.identity.classification import (
    DataClass,
    check_classification,
    classified,
    data_classes,
    unclassified,
)


@isolate_apps("django.contrib.contenttypes")
def test_every_field_of_a_model_gets_the_class_that_was_named():
    @classified(public="id school", personal="name", sensitive="number", medical="notes")
    class Child(models.Model):
        school = models.IntegerField()
        name = models.TextField()
        number = models.TextField()
        notes = models.TextField()

        class Meta:
            app_label = "contenttypes"

    assert Child.data_classes == {
        "id": DataClass.PUBLIC,
        "school": DataClass.PUBLIC,
        "name": DataClass.PERSONAL,
        "number": DataClass.SENSITIVE,
        "notes": DataClass.MEDICAL,
    }
    assert unclassified([Child]) == []


@isolate_apps("django.contrib.contenttypes")
def test_what_was_forgotten_and_what_does_not_exist_is_named():
    @classified(public="id nickname", secret="password")
    class Child(models.Model):
        name = models.TextField()
        friends = models.ManyToManyField("self")

        class Meta:
            app_label = "contenttypes"

    assert unclassified([Child]) == [
        "contenttypes.Child.name",
        "contenttypes.Child.friends",
        "contenttypes.Child.nickname (no such field)",
        "contenttypes.Child.password (no such field)",
    ]


@isolate_apps("django.contrib.contenttypes")
def test_a_model_without_the_decorator_has_no_class_at_all():
    class Child(models.Model):
        name = models.TextField()

        class Meta:
            app_label = "contenttypes"

    assert unclassified([Child]) == ["contenttypes.Child.id", "contenttypes.Child.name"]


def test_a_field_has_one_class():
    with pytest.raises(ValueError, match="name is classified twice"):
        classified(public="id name", personal="name")


@isolate_apps("django.contrib.contenttypes")
def test_what_a_base_classified_holds_below():
    @classified(public="created", personal="name")
    class Base(models.Model):
        created = models.DateField()
        name = models.TextField()

        class Meta:
            abstract = True
            app_label = "contenttypes"

    @classified(public="id", sensitive="name")
    class Child(Base):
        class Meta:
            app_label = "contenttypes"

    assert unclassified([Child]) == []
    assert Child.data_classes["name"] == DataClass.SENSITIVE
    assert Base.data_classes == {"created": DataClass.PUBLIC, "name": DataClass.PERSONAL}


@isolate_apps("django.contrib.contenttypes")
def test_a_history_table_follows_its_model():
    @classified(public="id", personal="name", secret="token")
    class Child(models.Model):
        name = models.TextField()
        token = models.TextField()
        history = HistoricalRecords(
            history_user_id_field=models.IntegerField(null=True), excluded_fields=["token"]
        )

        class Meta:
            app_label = "contenttypes"

    history = Child.history.model

    assert unclassified([Child, history]) == []
    assert data_classes(history) == {
        "id": DataClass.PUBLIC,
        "name": DataClass.PERSONAL,
        "history_id": DataClass.PUBLIC,
        "history_date": DataClass.PUBLIC,
        "history_change_reason": DataClass.PUBLIC,
        "history_type": DataClass.PUBLIC,
        "history_user_id": DataClass.PUBLIC,
    }


@isolate_apps("django.contrib.contenttypes")
def test_the_history_of_an_unclassified_model_fails_like_the_model():
    class Child(models.Model):
        name = models.TextField()
        history = HistoricalRecords(history_user_id_field=models.IntegerField(null=True))

        class Meta:
            app_label = "contenttypes"

    assert unclassified([Child.history.model]) == [
        "contenttypes.HistoricalChild.id",
        "contenttypes.HistoricalChild.name",
    ]


class Config:
    """A stand-in for the app of that label with one model without classes."""

    def __init__(self, label, model):
        self.label, self.model = label, model

    def get_models(self):
        return [self.model]


@pytest.mark.parametrize(("label", "errors"), [("numbering", 2), ("auth", 0), ("guardian", 0)])
@isolate_apps("django.contrib.contenttypes")
def test_the_check_speaks_of_our_own_apps_only(label, errors):
    class Child(models.Model):
        name = models.TextField()

        class Meta:
            app_label = "contenttypes"

    found = check_classification([Config(label, Child)])

    assert [error.id for error in found] == ["xueji.E001"] * errors


def test_every_field_of_the_product_has_its_class():
    assert check_classification(None) == []
    assert check_classification(list(apps.get_app_configs())) == []
