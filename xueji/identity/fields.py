"""Model fields that are sealed in the database and plain in Python.

They store ``bytea`` and cannot be searched, compared or ordered; a keyed blind index beside them
serves exact search. The history table holds the sealed value too.
"""

import json
from typing import Any

from django.core import checks
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from xueji.identity import crypto

_JSON = DjangoJSONEncoder(ensure_ascii=False)


class _SealedField(models.Field):
    """Seals with ``purpose``; subclasses say how a Python value is written as text."""

    empty_values = (None,)

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or self.db_index:  # type: ignore[attr-defined]
            message = "A sealed field differs at every write: it cannot be unique or indexed."
            found.append(checks.Error(message, obj=self, id="xueji.E011"))
        return found

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: no two sealed values are equal, so any other lookup would lie."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: look by its blind index, or by isnull.")
        return super().get_lookup(lookup_name)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return connection.Database.Binary(crypto.encrypt(self.purpose, self.write(value)))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self.read(crypto.decrypt(self.purpose, value))

    def write(self, value: Any) -> str:
        """The text that is sealed."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """The value that ``write`` wrote."""
        raise NotImplementedError


class EncryptedTextField(_SealedField):
    """A sealed text: str or None in Python."""

    def write(self, value: str) -> str:
        return str(value)

    def read(self, text: str) -> str:
        return text


class EncryptedJSONField(_SealedField):
    """A sealed JSON document; None is NULL, dates become text as in Django's JSONField."""

    def write(self, value: Any) -> str:
        return _JSON.encode(value)

    def read(self, text: str) -> Any:
        return json.loads(text)
