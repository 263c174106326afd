"""Every model field says how secret it is, or the system check fails."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import models

OWN_APPS = (
    "xueji",
    "numbering",
    "enrollment",
    "transfers",
    "suspensions",
    "departures",
    "progression",
    "corrections",
    "reports",
)


_Model = TypeVar("_Model", bound=models.Model)


class DataClass(StrEnum):
    """From what everyone may know to what nobody is shown."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    MEDICAL = "medical"
    SECRET = "secret"  # noqa: S105 -- the name of a class


def classified(
    *,
    public: str = "",
    personal: str = "",
    sensitive: str = "",
    medical: str = "",
    secret: str = "",
) -> Callable[[type[_Model]], type[_Model]]:
    """Set ``Model.data_classes``; each argument lists field names between blanks.

    What an abstract base classified holds for its subclasses too, unless they say otherwise.
    """
    given = {
        DataClass.PUBLIC: public,
        DataClass.PERSONAL: personal,
        DataClass.SENSITIVE: sensitive,
        DataClass.MEDICAL: medical,
        DataClass.SECRET: secret,
    }
    own: dict[str, DataClass] = {}
    for data_class, names in given.items():
        for name in names.split():
            if name in own:
                raise ValueError(f"{name} is classified twice")
            own[name] = data_class

    def mark(model: type[_Model]) -> type[_Model]:
        model.data_classes = {**getattr(model, "data_classes", {}), **own}  # type: ignore[attr-defined]
        return model

    return mark


def data_classes(model: type[models.Model]) -> dict[str, DataClass]:
    """The classes of a model's fields; a history table follows its model, history_* is public."""
    tracked = getattr(model, "instance_type", None)
    if tracked is None:
        return getattr(model, "data_classes", {})
    classes = data_classes(tracked)
    fields = _field_names(model)
    own = {name: DataClass.PUBLIC for name in fields if name.startswith("history_")}
    return {name: classes[name] for name in fields if name in classes} | own


def unclassified(models: Iterable[type[models.Model]]) -> list[str]:
    """``app.Model.field`` of each field without class and each classified name without field."""
    found = []
    for model in models:
        fields, classes = _field_names(model), data_classes(model)
        wrong = [name for name in fields if name not in classes]
        wrong += [f"{name} (no such field)" for name in classes if name not in fields]
        found += [f"{model._meta.label}.{name}" for name in wrong]
    return found


def check_classification(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """System check: no field of the product's own apps is without data class."""
    configs = apps.get_app_configs() if app_configs is None else app_configs
    own = [model for config in configs if config.label in OWN_APPS for model in config.get_models()]
    return [
        Error(
            f"{name} has no data class.",
            hint="Name it in @classified(...) of its model: xueji/identity/classification.py.",
            id="xueji.E001",
        )
        for name in unclassified(own)
    ]


def _field_names(model: type[models.Model]) -> list[str]:
    return [field.name for field in (*model._meta.fields, *model._meta.many_to_many)]
