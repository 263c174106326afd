"""Why an office cannot do something with numbers: what, who can help, by which clause."""

from xueji.rules.engine import Finding


class Refusal(Exception):
    """The text is a Chinese sentence with clause and remedy."""

    def __init__(self, message: str, *, remedy: str, citation: str = ""):
        self.message, self.remedy, self.citation = message, remedy, citation
        super().__init__(f"{message}。{remedy}。" + (f"依据：{citation}" if citation else ""))


class CannotIssue(Refusal):
    """No number can be issued."""

    @classmethod
    def by(cls, finding: Finding) -> "CannotIssue":
        return cls(finding.message, remedy=finding.remedy, citation=finding.citation)


class CannotFreeze(Refusal):
    """The series cannot be frozen, confirmed or reopened."""


class CannotRenumber(Refusal):
    """No hole of the series can be closed from its end."""
