"""Gathers the models of all rooms: one app, one migration chain."""

from xueji.accounts.models import (
    AccountEvent,
    Grant,
    LoginAttempt,
    OldPassword,
    Post,
    SecondFactor,
    User,
    UserSession,
)
from xueji.audit.models import Access, Act, FormKey
from xueji.cases.models import Case, CaseForm, Paper, RuleException, Step
from xueji.conduct.models import Conduct
from xueji.documents.models import Document
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.establishment.models import Order, OrganisationAct
from xueji.jobs.models import Job
from xueji.ledger.models import AcceptedMonth, Examination, RegisterEvent
from xueji.notices.models import Notice
from xueji.organisations.models import (
    Catchment,
    Division,
    Holiday,
    Organisation,
    School,
    SchoolClass,
    SchoolYear,
    Stage,
    Term,
)
from xueji.students.models import (
    FamilyMember,
    IdentityDocument,
    Photo,
    Placement,
    Student,
    StudentSheet,
)

__all__ = [
    "AcceptedMonth",
    "Access",
    "AccountEvent",
    "Act",
    "Case",
    "CaseForm",
    "Catchment",
    "Conduct",
    "Division",
    "Document",
    "Dossier",
    "DossierPaper",
    "Examination",
    "FamilyMember",
    "FormKey",
    "Grant",
    "Holiday",
    "IdentityDocument",
    "Job",
    "LoginAttempt",
    "Notice",
    "OldPassword",
    "Order",
    "Organisation",
    "OrganisationAct",
    "Paper",
    "Photo",
    "Placement",
    "Post",
    "RegisterEvent",
    "RuleException",
    "School",
    "SchoolClass",
    "SchoolYear",
    "SecondFactor",
    "Stage",
    "Step",
    "Student",
    "StudentSheet",
    "Term",
    "User",
    "UserSession",
]
