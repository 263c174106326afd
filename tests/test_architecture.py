"""What the project promises about itself: sizes, relations, templates, and who may write what.

Each rule is a function over the whole tree, so that a new file, model or template is judged the
moment it exists.
"""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes import fields as generic
from django.db import connection, models
from django.db.models.deletion import PROTECT
from django.template.loader import get_template

import dev
from xueji.accounts.models import AccountEvent
from xueji.audit.models import Access, Act, SignedHistory
from xueji.conduct.models import Conduct
from xueji.establishment.models import OrganisationAct
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import Organisation, School
from xueji.students.models import (
    FamilyMember,
    IdentityDocument,
    Photo,
    Placement,
    Student,
    StudentSheet,
)

ROOT = Path(__file__).resolve().parent.parent
OURS = ("xueji", "numbering", "enrollment", "transfers", "reports")
MOST_LINES, MOST_LINES_WITH_A_REASON = 300, 500
MOST_LINES_OF_A_MODEL = 150
AUDITED = (Student, StudentSheet, Placement, FamilyMember, Photo, IdentityDocument, Conduct)
APPEND_ONLY_MODELS = (Access, Act, AccountEvent, RegisterEvent, OrganisationAct)


def python_files(*roots: str) -> Iterator[Path]:
    for root in roots:
        start = ROOT / root
        found = [start] if start.is_file() else sorted(start.rglob("*.py"))
        yield from (path for path in found if "migrations" not in path.parts)


def product_files() -> list[Path]:
    return list(python_files(*OURS))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# -- sizes --------------------------------------------------------------------------------------
def test_no_file_is_too_long_to_read():
    """300 lines; 500 for tests, whose tables are long, and where the docstring gives a reason."""
    too_long = {}
    for path in python_files(*OURS, "tests", "benchmarks", "manage.py", "dev.py"):
        size = len(path.read_text().splitlines())
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        may_be_long = path.is_relative_to(ROOT / "tests") or "long" in docstring.lower()
        most = MOST_LINES_WITH_A_REASON if may_be_long else MOST_LINES
        if size > most:
            too_long[name(path)] = size
    assert too_long == {}


def test_no_model_is_too_long_to_read():
    written = [model for model in our_models() if not is_history(model)]
    sizes = {model.__name__: len(inspect.getsource(model).splitlines()) for model in written}
    assert {model: n for model, n in sizes.items() if n > MOST_LINES_OF_A_MODEL} == {}


def test_every_module_says_in_its_docstring_what_it_guarantees():
    """Packages and Django's own conventions (apps.py) may stay silent."""
    silent = [
        name(path)
        for path in product_files()
        if path.name not in ("__init__.py", "apps.py")
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_module_is_named_after_nothing():
    vague = {"utils", "helpers", "selectors", "signals", "misc", "managers"}
    assert [name(path) for path in product_files() if path.stem in vague] == []


# -- relations ----------------------------------------------------------------------------------
def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def relations() -> list[models.ForeignKey]:
    return [
        field
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
    ]


def is_history(model: type[models.Model]) -> bool:
    return issubclass(model, SignedHistory)


@pytest.mark.parametrize("target", [Student, Organisation, School], ids=lambda m: m.__name__)
def test_nothing_goes_when_a_pupil_or_an_office_is_deleted(target):
    """Every foreign key to them is PROTECT; history tables point without a constraint."""
    keys = [f for f in relations() if f.related_model is target and not is_history(f.model)]
    assert len(keys) > 2
    assert [str(key) for key in keys if key.remote_field.on_delete is not PROTECT] == []


def test_no_row_disappears_with_another_but_what_was_typed_and_ticked():
    """CASCADE is for the parts of a case that are nothing without it."""
    cascades = {
        str(field)
        for field in relations()
        if field.remote_field.on_delete is models.CASCADE
        and field.model._meta.model_name != "grant"
    }
    parts = {"xueji.CaseForm.case", "xueji.Paper.case", "enrollment.ImportedRow.case"}
    assert cascades == parts


def test_there_are_no_generic_relations():
    assert [
        str(field)
        for model in our_models()
        for field in model._meta.private_fields
        if isinstance(field, generic.GenericForeignKey)
    ] == []


@pytest.mark.parametrize("model", AUDITED, ids=lambda m: m.__name__)
def test_an_audited_model_keeps_a_signed_history_of_all_its_fields(model):
    """simple-history does not see many-to-many relations: there are none."""
    assert issubclass(model.history.model, SignedHistory)
    assert list(model._meta.many_to_many) == []


def test_no_model_decides_in_save_or_delete():
    """Model inheritance over tables, and save() or delete() of our own, hide what happens."""
    deciding = {
        f"{model.__name__}.{method}"
        for model in our_models()
        if not is_history(model)
        for method in ("save", "delete")
        if getattr(model, method).__module__.split(".")[0] in OURS
    }
    multi_table = {model.__name__ for model in our_models() if model._meta.parents}
    assert (deciding, multi_table) == (set(), set())


# -- words that are banned where they do harm ---------------------------------------------------
def calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """(line, what it is called on, method) of every method call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node.func.value), node.func.attr


def unaudited_writes(source: list[Path]) -> set[str]:
    """Bulk writes of audited models past audit/history.py: they would leave no history."""
    audited = re.compile(
        r"\b(Student|StudentSheet|Placement|FamilyMember|Photo|IdentityDocument|Conduct)"
        r"\.(_base_manager|_default_manager|objects)\b"
        r"|\b(sheet|placements|family|students|merged|conduct)\."
    )
    banned = {"update", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
    return {
        f"{name(path)}:{line} {on}.{method}"
        for path in source
        if name(path) != "xueji/audit/history.py"
        for line, on, method in calls(path)
        if method in banned | {"delete", "create"} and audited.search(on + ".")
    }


def test_audited_rows_are_written_only_with_their_history():
    assert unaudited_writes(product_files()) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "Student.objects.filter(pk=1).update(name='x')",
        "Student.objects.bulk_create([])",
        "Placement.objects.bulk_update([], ['ends'])",
        "StudentSheet.objects.update_or_create(student=student)",
        "FamilyMember.objects.all().delete()",
        "school.students.filter(grade=1).update(grade=2)",
        "student.placements.update(ends=None)",
    ],
)
def test_a_planted_write_past_the_history_is_seen(tmp_path, monkeypatch, statement):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "planted.py").write_text(statement)
    assert len(unaudited_writes([tmp_path / "planted.py"])) == 1


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


BANNED_IMPORTS = {
    "django.db.models.signals",
    "django.dispatch",
    "django.contrib.contenttypes.fields",
    "django.contrib.admin",
    "guardian.shortcuts",
}


def test_the_front_door_opens_before_anything_is_installed():
    bare = [sys.executable, "-S", "-E", "dev.py", "--help"]
    shown = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.rstrip("\n") == dev.HELP


def test_no_signals_no_generic_keys_no_admin_no_look_ups_of_guardian():
    assert [name(path) for path in product_files() if imported(path) & BANNED_IMPORTS] == []


def test_nothing_reads_the_year_off_the_calendar():
    """School years are rows of the county; today comes as an argument or from localdate()."""
    calendar = re.compile(r"date\.today\(\)|datetime\.now\(\)|today\(\)\.year|now\(\)\.year")
    assert [name(path) for path in product_files() if calendar.search(path.read_text())] == []


# -- the application's database role ------------------------------------------------------------
@pytest.mark.any_pg
def test_no_history_ledger_or_access_row_can_be_changed_by_the_application(db):
    """Asked of the database for every such table there is, present and to come."""
    tables = {model._meta.db_table for model in our_models() if is_history(model)}
    tables |= {model._meta.db_table for model in APPEND_ONLY_MODELS}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND (relname LIKE %s OR relname LIKE %s)",
            ["%historical%", "xueji_access%"],
        )
        tables |= {row[0] for row in cursor.fetchall()}
        rights = set()
        for table in tables:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)",
                    [settings.APPLICATION_ROLE, table, right],
                )
                rights |= {(table, right)} if cursor.fetchone()[0] else set()
    assert len(tables) >= len(AUDITED) + len(APPEND_ONLY_MODELS)
    assert rights == set()


# -- templates ----------------------------------------------------------------------------------
INLINE = re.compile(
    r"""<style\b|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=["']|\son[a-z]+=["']|javascript:""", re.I
)
MENTION = re.compile(r"""["']([\w./-]+\.html)["']""")
ALONE = re.compile(r"""{% include ["']([\w./-]+\.html)["'][^%]* only %}""")


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def names_of_templates() -> set[str]:
    return {str(path.relative_to(ROOT / "templates")) for path in templates()}


def test_no_template_carries_script_or_style_of_its_own():
    """The policy sent with every answer forbids them: they would silently not work."""
    assert [name(path) for path in templates() if INLINE.search(path.read_text())] == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<button onclick="x()">',
        '<a href="javascript:x()">',
    ],
)
def test_a_planted_inline_script_or_style_is_seen(planted):
    assert INLINE.search(planted)


def test_every_template_is_used():
    """Named by a view, a form or another template; Django itself asks for 404.html and its kin."""
    used = {"400.html", "403_csrf.html", "404.html", "500.html", "503.html"}
    for path in [*product_files(), *templates()]:
        used |= set(MENTION.findall(path.read_text()))
    assert names_of_templates() - used == set()


def test_every_template_that_is_named_exists_and_compiles():
    for template in sorted(names_of_templates()):
        get_template(template)
    named = {
        found
        for path in product_files()
        for found in MENTION.findall(path.read_text())
        if not found.startswith("django/")
    }
    assert named - names_of_templates() == set()


def test_no_form_loses_its_token_on_the_way_into_a_page():
    """``only`` keeps the token of the page from what it includes; the form would be refused."""
    carry = {
        str(path.relative_to(ROOT / "templates"))
        for path in templates()
        if "csrf_token" in path.read_text()
    }
    alone = {found for path in templates() for found in ALONE.findall(path.read_text())}
    assert carry & alone == set()
