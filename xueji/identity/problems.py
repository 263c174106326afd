"""What is wrong with one value, said so that a clerk knows why and what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one value. The sentences never contain the value itself.

    ``message`` says what is wrong and why, ``remedy`` what to do; both are full sentences.
    """

    code: str
    message: str
    remedy: str
    severity: Severity = "error"
    field: str = ""

    def __str__(self) -> str:
        return self.message + self.remedy
