"""One pupil whose guarded fields all hold something recognisable, and who is shown which of it.

Texts, numbers and days are unmistakable wherever they stand. A code is known by the difference:
the pupil is looked at twice, with two values of the field, and where the answers differ it shows.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

from django.apps import apps
from django.db import models
from django.urls import reverse

from enrollment.models import DrawPlace
from tests import pupils
from tests.conduct import entries
from tests.documents import portraits
from tests.permissions import detectors
from tests.permissions.site import Site, Unit
from tests.permissions.sweep import LONG_RUN, Clients, undone
from tests.world import NOON
from xueji.accounts.models import OldPassword, SecondFactor, User, UserSession
from xueji.audit import history
from xueji.cases.models import CaseForm
from xueji.identity import masking
from xueji.identity.classification import OWN_APPS, DataClass, data_classes
from xueji.jobs.models import Job
from xueji.students import foreign_numbers, identity_documents, photos
from xueji.students import services as students
from xueji.students.models import FamilyMember, IdentityDocument, Student, StudentSheet

GUARDED = {DataClass.SENSITIVE, DataClass.MEDICAL, DataClass.SECRET}
LATER = NOON + timedelta(hours=1)
NAME = "金翔"
PRINTED = {"purpose": "学校存档", "whole": "on"}
SHOWN, MASKED = "whole", "masked"

TEXTS: dict[type[models.Model], dict[str, str]] = {
    Student: {
        "hukou_code": "130283981001",
        "hukou_text": "金丝雀户口村",
        "address_code": "130283981002",
        "address_text": "金丝雀住址村",
        "phone": "13907310001",
        "no_id_reason": "金丝雀没有证件",
    },
    FamilyMember: {
        "phone": "13907320002",
        "id_number": pupils.id_number(born=date(1991, 5, 9), order=311),
        "hukou_code": "130283981003",
        "hukou_text": "金丝雀成员户口村",
        "address_code": "130283981004",
        "address_text": "金丝雀成员住址村",
        "workplace": "金丝雀工厂",
    },
    StudentSheet: {
        "birth_place_code": "130283981005",
        "birth_place_text": "金丝雀出生村",
        "mail_address": "金丝雀通信村",
        "family_address": "金丝雀家庭村",
        "postcode": "069731",
        "email": "jin@siqueyou.example",
        "homepage": "jinsique.example",
    },
}
DAYS: dict[type[models.Model], dict[str, date]] = {
    StudentSheet: {"id_valid_from": date(2021, 1, 17), "id_valid_until": date(2031, 3, 19)},
}
FORMER = {
    "valid_from": date(2011, 1, 23),
    "valid_until": date(2017, 5, 29),
    "used_until": date(2018, 7, 13),
}
# two values, neither of which the pupil has
CODES: dict[type[models.Model], dict[str, tuple[object, object]]] = {
    Student: {"id_type": ("6", "A")},
    FamilyMember: {"id_type": ("6", "A")},
    IdentityDocument: {"id_type": ("6", "A")},
    StudentSheet: {
        "left_behind": ("1", "2"),
        "orphan": (True, None),
        "martyr_family": (True, None),
        "needs_aid": (True, None),
        "boarding_subsidy": (True, None),
        "health": ("20", "30"),
        "blood_type": ("1", "2"),
        "inclusion": ("11", "12"),
        "disability": ("1", "2"),
    },
}
SANCTION = {
    "level": "国家级",
    "name": "留校察看",
    "text": "金丝雀事由",
    "unit": "金丝雀决定单位",
    "paper_number": "金丝雀〔2026〕3 号",
    "given_on": date(2026, 8, 26),
}
REVOKED_ON = date(2026, 8, 29)
FOREIGN = foreign_numbers.Given(
    number="13990000010042",
    issuer="金丝雀发号局",
    starts=date(2024, 8, 21),
    ends=None,
    paper="金丝雀转学证明",
)
# fields of a child or a file of its own kind: who is shown them is asked there
ELSEWHERE = {
    "Deferral.details": "tests/enrollment/test_deferral_pages.py",
    "Deferral.reason": "tests/enrollment/test_deferral_pages.py",
    "Dossier.lacks_medical": "tests/dossiers/test_services.py",
    "DossierPaper.kind": "tests/pages/test_pupil_file.py",
    "PhotoBatch.summary": "tests/enrollment/test_photos.py",
    "RosterExport.query": "tests/reports/test_pages.py",
    "Takeover.summary": "tests/enrollment/test_takeover_pages.py",
}
MASK = {
    "phone": masking.mask_phone,
    "id_number": masking.mask_id,
    "email": masking.mask_email,
}


def guarded() -> dict[str, DataClass]:
    """``Model.field`` → class, for every model of the product; a history table follows its own."""
    return {
        f"{model.__name__}.{name}": data_class
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS and not hasattr(model, "instance_type")
        for name, data_class in data_classes(model).items()
        if data_class in GUARDED
    }


def plant(site: Site) -> tuple[Student, dict[str, dict[str, tuple[str, ...]]]]:
    """The pupil, in a class of 清泉小学, and field → how it is shown → the words for it."""
    world, unit = site.world, site.units["清泉小学"]
    acting = world.acting("clerk", at=LATER)
    number, former = pupils.id_number(order=913), pupils.id_number(order=733)
    entered = pupils.enrolled(world, name=NAME, school_class=str(unit.school_class.pk))
    student = students.lock([entered.pk])[entered.pk]
    photos.replace(student=student, data=BytesIO(portraits.jpeg(200, 260)), acting=acting)
    identity_documents.add_former(
        student=student,
        id_type="1",
        number=former,
        used_until=FORMER["used_until"],
        acting=acting,
        reason="补录以前的证件",
    )
    old = IdentityDocument.objects.get(student=student, used_until=FORMER["used_until"])
    rows = [student.sheet, student.family.get(position=1)]
    for row in rows:
        _write(row, {**TEXTS[type(row)], **DAYS.get(type(row), {})}, acting)
    _write(old, {name: FORMER[name] for name in ("valid_from", "valid_until")}, acting)
    pupils.correct(student, acting=acting, **TEXTS[Student], id_number=number)
    student = Student.objects.get(pk=student.pk)
    words = {
        f"{model.__name__}.{name}": _words(name, text)
        for model, texts in TEXTS.items()
        for name, text in texts.items()
    }
    words["Student.id_number"] = _words("id_number", number)
    words["IdentityDocument.id_number"] = _words("id_number", former)
    words["Student.id_index"] = {SHOWN: (bytes(student.id_index).hex(),)}
    words["IdentityDocument.id_index"] = {SHOWN: (bytes(old.id_index).hex(),)}
    days = {f"StudentSheet.{name}": day for name, day in DAYS[StudentSheet].items()}
    days |= {f"IdentityDocument.{name}": day for name, day in FORMER.items()}
    words |= {name: {SHOWN: (f"{d:%Y-%m-%d}", f"{d:%Y.%m.%d}")} for name, d in days.items()}
    return student, {**words, **_kept_beside(site, student), **_beside(unit)}


def _kept_beside(site: Site, student: Student) -> dict[str, dict[str, tuple[str, ...]]]:
    """A sanction that was revoked, and a number of another register."""
    row = entries.record(site.world, student, entries.sanction(**SANCTION), at=LATER)
    entries.revoke(site.world, student, row, on=REVOKED_ON, at=LATER)
    acting = site.world.acting("clerk", at=LATER)
    foreign_numbers.keep([(student, FOREIGN)], acting=acting, reason="登记外来学号")
    title = f"{SANCTION['level']}{SANCTION['name']}"
    said = {name: str(SANCTION[name]) for name in ("text", "unit", "paper_number", "given_on")}
    said |= dict.fromkeys(("kind", "level", "name"), title)
    said |= {"revoked_on": str(REVOKED_ON), "revoked_number": "校撤〔2026〕1 号"}
    said |= {"document": "proof 200", "revoked_document": "revocation 200"}
    index = bytes(student.foreign_numbers.get().number_index).hex()
    numbers = {"issuer": FOREIGN.issuer, "paper": FOREIGN.paper, "number_index": index}
    return {
        **{f"Conduct.{name}": {SHOWN: (text,)} for name, text in said.items()},
        **{f"ForeignNumber.{name}": {SHOWN: (text,)} for name, text in numbers.items()},
        "ForeignNumber.number": {SHOWN: (FOREIGN.number,)},
    }


def _write(row: models.Model, values: Mapping[str, object], acting) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    history.update([row], fields=list(values), acting=acting, reason="核对户口簿")


def _words(name: str, text: str) -> dict[str, tuple[str, ...]]:
    mask = MASK.get(name)
    return {SHOWN: (text,)} | ({MASKED: (mask(text),)} if mask else {})


def _beside(unit: Unit) -> dict[str, dict[str, tuple[str, ...]]]:
    """What is guarded without being an item of the sheet."""
    typed = CaseForm.objects.get(case=unit.returned)
    typed.values["row"]["specialty"] = "金丝雀特长"
    typed.save(update_fields=["values"])
    User.objects.filter(username="nobody").update(password="jinsique$password")
    for user in User.objects.all():
        OldPassword.objects.create(user=user, password="jinsique$old", at=NOON)
        SecondFactor.objects.create(user=user, secret="JINSIQUESECRET22", codes=["jinsiquecode"])
        UserSession.objects.create(
            session_key=f"jinsiquesession{user.pk}",
            session_data="jinsiquedata",
            expire_date=LATER + timedelta(days=1),
            user=user,
        )
    Job.objects.create(kind="canary", key="canary", parameters={"a": "jinsiquejob"}, queued_at=NOON)
    DrawPlace.objects.filter(draw=unit.draw).update(hukou="130283981006")
    unit.batch.summary = {"refused": "金丝雀批次"}
    unit.batch.save(update_fields=["summary"])
    unit.batch.imported.update(digest=b"digest".ljust(32, b"0"), id_index=b"index".ljust(32, b"0"))
    return {
        "CaseForm.values": {SHOWN: ("金丝雀特长",)},
        "User.password": {SHOWN: ("jinsique$password",)},
        "OldPassword.password": {SHOWN: ("jinsique$old",)},
        "SecondFactor.secret": {SHOWN: ("JINSIQUESECRET22",)},
        "SecondFactor.codes": {SHOWN: ("jinsiquecode",)},
        "UserSession.session_key": {SHOWN: ("jinsiquesession",)},
        "UserSession.session_data": {SHOWN: ("jinsiquedata",)},
        "Job.parameters": {SHOWN: ("jinsiquejob",)},
        "DrawPlace.hukou": {SHOWN: ("130283981006",)},
        "ImportBatch.summary": {SHOWN: ("金丝雀批次",)},
        "ImportedRow.digest": {SHOWN: (b"digest00".hex(), "digest00")},
        "ImportedRow.id_index": {SHOWN: (b"index00".hex(), "index00")},
        "Photo.document": {SHOWN: ("photo 200",)},
    }


def pages(unit: Unit, student: Student) -> dict[str, tuple[str, dict[str, str] | None]]:
    """Name → address and form (None: it is opened) of every page that may speak of the pupil."""
    one, case = [student.pk], student.cases.get().number
    tabs = ("facts", "family", "sheet", "file", "conduct", "history", "cases")
    entry = [student.pk, student.conduct.get().pk]
    tab = {name: (f"{reverse('student', args=one)}?tab={name}", None) for name in tabs}
    past = {
        f"{name}-on": (f"{reverse('student', args=one)}?tab={name}&on=2026-09-02", None)
        for name in ("facts", "family", "sheet")
    }
    reveals = {
        f"reveal-{name}": (
            reverse("student_reveal", args=one),
            {"field": name, "reason": "核对户口簿原件"},
        )
        for name in ("id_number", "phone", "family", "documents")
    }
    of_class = [unit.school_class.pk]
    return {
        **tab,
        **past,
        **reveals,
        "edit": (reverse("student_edit", args=one), None),
        "edit-both": (reverse("student_edit", args=one), _typed_meanwhile()),
        "attendance": (reverse("enrollment_attendance", args=one), None),
        "transfer-new": (f"{reverse('transfer_new')}?student={student.pk}", None),
        "card-masked": (reverse("student_card", args=one), None),
        "card": (reverse("student_card", args=one), PRINTED),
        "print-masked": (reverse("student_sheet", args=one), None),
        "print": (reverse("student_sheet", args=one), PRINTED),
        "class-print": (reverse("class_sheets", args=of_class), PRINTED),
        "photo": (reverse("student_photo", args=one), None),
        "proof": (reverse("student_conduct_paper", args=[*entry, "proof"]), None),
        "revocation": (reverse("student_conduct_paper", args=[*entry, "revocation"]), None),
        "case": (reverse("case", args=[case]), None),
        "case-print": (reverse("enrollment_sheet", args=[case]), PRINTED),
        "entry": (reverse("enrollment_edit", args=[unit.returned.number]), None),
        "roster": (reverse("students"), None),
        "roster-ask": (f"{reverse('reports_roster_new')}?q={NAME}", None),
        "found": (reverse("students_find"), {"q": NAME}),
        "class": (reverse("enrollment_class", args=of_class), None),
        "classes": (reverse("enrollment_classes"), None),
        "roll": (reverse("enrollment_roll", args=[unit.pk, 2026]), PRINTED),
        "draw": (reverse("enrollment_draw", args=[unit.draw.pk]), None),
        "batch": (reverse("enrollment_batch", args=[unit.batch.pk]), None),
        "imports": (reverse("enrollment_import"), None),
        "enrollment": (reverse("enrollment"), None),
        "enrollment-found": (reverse("enrollment_find"), {"q": NAME, "show": "open"}),
        "admissions": (reverse("enrollment_admissions"), None),
        "transfers": (reverse("transfers"), None),
        "numbering": (reverse("numbering_series", args=[unit.pk, "primary", 2026]), None),
        "dossiers": (reverse("dossiers"), None),
        "desk": (reverse("desk"), None),
        "cases-done": (reverse("cases") + "?tab=closed", None),
        "cases-found": (reverse("cases_find"), {"q": NAME, "tab": "closed"}),
    }


def _typed_meanwhile() -> dict[str, str]:
    """What another window sends that was opened on the first version: both are shown."""
    return {"version": "1", "reason": "家长来电", "specialty": "剪纸", "form_key": str(uuid4())}


Texts = dict[tuple[str, str], str]  # (username, page) → everything that can be read


def _people(site: Site, unit: Unit) -> list[str]:
    """All posts of the world and somebody without one; in the short run one of each kind.

    Of each role: the one above the pupil's school, and one elsewhere.
    """
    if LONG_RUN:
        return [*site.world.posts, ""]
    kinds: dict[tuple[str, bool], str] = {}
    for username, post in site.world.posts.items():
        kinds.setdefault((post.role, unit.path.startswith(post.organisation.path)), username)
    return [*kinds.values(), ""]


def look(site: Site, student: Student, only: set[tuple[str, str]] | None = None) -> Texts:
    """What people are answered; ``only`` names (username, page)."""
    unit, clients, texts = site.units["清泉小学"], Clients(site), {}
    asked = pages(unit, student)
    for username in _people(site, unit):
        for page, (path, data) in asked.items():
            if only is not None and (username, page) not in only:
                continue
            client = clients.of(username)
            answer = client.get(path) if data is None else client.post(path, data, follow=True)
            is_file = page in ("photo", "proof", "revocation")
            status = f"{page} {answer.status_code}"
            texts[username, page] = status if is_file else detectors.text_of(answer)
    return texts


# one post at each distance; --long asks everybody
LOOK_FOR_CODES = {"clerk", "centre", "county", "city"}


def looks_for_codes(username: str) -> bool:
    return username in LOOK_FOR_CODES or LONG_RUN


Seen = dict[str, set[tuple[str, str, str]]]  # field → (how, page, username)


def seen(site: Site) -> tuple[Seen, dict[str, dict[str, tuple[str, ...]]]]:
    """Field → how it is shown, on which page, to whom; and the words that were looked for."""
    student, words = plant(site)
    found: Seen = defaultdict(set)
    texts = look(site, student)
    for (username, page), text in texts.items():
        for name, ways in words.items():
            way = next((way for way, said in ways.items() if any(s in text for s in said)), None)
            if way:
                found[name].add((way, page, username))
    told = {key for key, text in texts.items() if NAME in text and looks_for_codes(key[0])}
    first = _looked(site, student, set(), told)
    candidates = _different(first, _looked(site, student, set(_coded()), told))
    for name in _coded():
        second = _looked(site, student, {name}, candidates)
        differ = _different({key: first[key] for key in candidates}, second)
        found[name] = {(SHOWN, page, username) for username, page in differ}
    return found, words


def _coded() -> list[str]:
    return [f"{model.__name__}.{name}" for model, codes in CODES.items() for name in codes]


def _looked(site: Site, student: Student, seconds: set[str], only: set[tuple[str, str]]) -> Texts:
    """What is answered while ``seconds`` have their second value, the other codes their first."""
    acting = site.world.acting("clerk", at=LATER + timedelta(hours=1))
    with undone():
        for row in _rows(student):
            own = CODES[type(row)]
            values = {name: own[name][f"{type(row).__name__}.{name}" in seconds] for name in own}
            _write(row, values, acting)
        return look(site, student, only)


def _rows(student: Student) -> Iterator[models.Model]:
    yield Student.objects.get(pk=student.pk)
    yield FamilyMember.objects.get(student=student, position=1)
    yield IdentityDocument.objects.get(student=student, used_until=FORMER["used_until"])
    yield StudentSheet.objects.get(student=student)


def _different(first: Texts, second: Texts) -> set[tuple[str, str]]:
    return {key for key in first if detectors.same(first[key]) != detectors.same(second[key])}
