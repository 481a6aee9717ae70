"""Who gets which answer: every role × every status × every address of an application, as a table.

The table is ``access.txt``, one paragraph for each view and method. Write it anew with

    S3_WRITE_ACCESS=1 pytest -n0 tests/applications/test_access.py

and read the difference: what stands there is what is meant. The laws below hold whatever the table says.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern
from django.utils import timezone

from applications import services, tasks
from applications.checks import Step
from applications.documents import sent_file
from applications.enums import ApplicationStatus as Status
from applications.models import Application
from applications.parts import ApplicantPart, seen_mark
from applications.transitions import ALLOWED
from tests import factories
from tests.applications.judging import assign, declare, go_through, hand_in, scored_call
from tests.applications.sending import send
from tests.asking import LETTERS, answer, answers_alone
from tests.test_addresses import PUBLIC, SAMPLES, own_patterns

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TABLE = Path(__file__).with_name("access.txt")
STATUSES = tuple(Status)
HEADING = """\
# What each role is answered, by status: {statuses}.
"""
APPLICANTS = ("owner", "editor", "signatory")
OUTSIDE = ("stranger", "committee_member")
REGION = (
    "officer", "officer_unasked", "officer_recused", "delegate", "registrar", "admin",
    "assessor_assigned", "assessor",
)  # fmt: skip
STEPS = {(before, after) for (before, _action), after in ALLOWED.items()}
ROLES = (*APPLICANTS, *OUTSIDE, *REGION)
UNSENT = (Status.DRAFT, Status.DISCARDED)
MINE = "mina-ansokningar/"
# Where nothing of what the applicant wrote is shown: the question of jäv itself, and who is to assess.
NOT_BEHIND_THE_QUESTION = {
    "impartiality", "lift_recusal", "assign", "share", "unshare", "assessors", "assignment_change",
    "assignment_end",
}  # fmt: skip


# --- The world --------------------------------------------------------------------------------------------
class World:
    """One application in each status, of one organisation, and one person in each role."""

    def __init__(self) -> None:
        organisation = factories.make_organisation(name="Peak Jämtland ekonomisk förening")
        self.people = {role: self._person(role, organisation) for role in ROLES}
        self.other = factories.make_staff("officer", "other@example.org", full_name="Anders Andersson")
        self.call = scored_call()
        self.applications = {status: self._application(status) for status in STATUSES}
        self.keys = {status: self._keys(application) for status, application in self.applications.items()}
        ranking = services.start_ranking(call_id=self.call.pk, actor=self.people["officer"])
        #: For what is about the call. Where it is about nothing, the number of nothing.
        self.call_keys = {
            "pk": self.call.pk,
            "slug": self.call.slug,
            "row_pk": ranking.rows.earliest("position").pk,
        }
        asked = self.applications[Status.SUPPLEMENT].supplements.get()
        self.open_requests = {Status.SUPPLEMENT: asked.pk}

    def _person(self, role: str, organisation: Any) -> Any:
        email = f"{role}@example.org"
        if role in APPLICANTS:
            user = factories.make_user(email, full_name=f"Sökande {role}")
            factories.make_membership(
                user=user, organisation=organisation, role=role, is_signatory=role != "editor"
            )
        elif role == "stranger":
            user = factories.make_user(email)
            factories.make_membership(user=user, organisation=factories.make_organisation())
        else:
            known = {"officer_unasked": "officer", "officer_recused": "officer"}
            user = factories.make_staff(known.get(role, role.removesuffix("_assigned")), email)
        return user

    def _application(self, status: Status) -> Application:
        owner, officer = self.people["owner"], self.people["officer"]
        draft = factories.make_application(user=owner, call=self.call)
        factories.make_attachment(application=draft)
        part = ApplicantPart.read(draft)
        services.save_draft(
            application_id=draft.pk,
            actor=owner,
            part=replace(part, contact_name="Karin Ny"),
            seen=seen_mark(draft, part),
            arrived_at=timezone.now(),
        )
        if status is Status.DISCARDED:
            services.discard_draft(application_id=draft.pk, actor=owner)
        if status in UNSENT:
            return Application.objects.get(pk=draft.pk)
        sent = send(draft, owner)
        declare(sent, officer, self.other, self.people["delegate"], self.people["admin"])
        declare(sent, self.people["officer_recused"], ground="other", text="Vi är grannar.")
        assign(sent, officer, self.people["assessor_assigned"], self.other)
        declare(sent, self.people["assessor_assigned"])
        services.write_note(application_id=sent.pk, actor=officer, text="Ring dem.")
        services.add_co_handler(application_id=sent.pk, actor=officer, officer=self.other)
        self._bring(sent, status)
        if status is Status.CHANGING:
            return Application.objects.get(answering__application=sent)
        return Application.objects.get(pk=sent.pk)

    def _bring(self, sent: Application, status: Status) -> None:
        owner, officer = self.people["owner"], self.people["officer"]
        now = timezone.now()
        if status is Status.REPLACED:
            new = services.begin_change(application_id=sent.pk, actor=owner, arrived_at=now)
            factories.make_declarations(application=new, user=owner)
            send(new, owner)
            return
        if status is not Status.SUBMITTED:
            hand_in(sent, self.other, 3, 4)
        if status is Status.SUPPLEMENT:
            services.ask_for_supplement(
                application_id=sent.pk, actor=officer, text="Vilka är med?", due_on=self.later
            )
        elif status is Status.CHANGING:
            # The copy that an answer is written in.
            services.ask_for_supplement(
                application_id=sent.pk,
                actor=officer,
                text="Skriv om syftet.",
                due_on=self.later,
                parts={Step.PROJECT: "Vad är målet?"},
            )
        elif status is Status.DISMISSED:
            services.dismiss_application(application_id=sent.pk, actor=None, decision="Beslut RUN-1-2026")
        elif status is Status.WITHDRAWN:
            services.withdraw_application(application_id=sent.pk, actor=owner, reason="Nej.")
        elif status in (Status.ASSESSED, Status.GRANTED, Status.REJECTED):
            go_through(sent, officer)
            if status is not Status.ASSESSED:
                # What a signed decision does, which belongs to another layer.
                amount = 100_000 if status is Status.GRANTED else None
                Application.objects.filter(pk=sent.pk).update(status=status, granted_amount=amount)

    def _keys(self, application: Application) -> dict[str, Any]:
        """Numbers for the parameters of an address; 0 for what this application has none of."""
        first: dict[str, Any] = {
            "attachment_pk": application.attachments.first(),
            "version_pk": application.versions.first(),
            "note_pk": application.notes.first(),
            "assignment_pk": application.assignments.first(),
            "assessment_pk": application.assessments.first(),
            "supplement_pk": application.supplements.first(),
            "file_pk": sent_file(application) if application.record_id else None,
        }
        keys = {name: row.pk if row is not None else 0 for name, row in first.items()}
        return keys | {"pk": application.pk, "person_pk": self.other.pk}

    @property
    def later(self) -> Any:
        return timezone.localdate() + timedelta(days=14)

    def typed(self, name: str, status: Status) -> dict[str, Any]:
        """What somebody fills in before they press the button: enough for the step to be taken."""
        return {
            "withdraw": {"reason": "Vi fick nej."},
            "letters": {"subject": "Hej", "text": "En fråga."},
            "officer_letters": {"subject": "Hej", "text": "En fråga."},
            "assign": {"officer": self.people["officer"].pk},
            "share": {"officer": self.people["officer_unasked"].pk},
            "note_new": {"text": "Ring."},
            "note_edit": {"text": "Ring igen."},
            "officer_supplement": {"text": "Vilka är med?", "due_on": self.later.isoformat()},
            "officer_supplement_more_time": {
                "due_on": (self.later + timedelta(days=7)).isoformat(),
                "reason": "Semester.",
            },
            "officer_supplement_stop": {"reason": "Det behövs inte."},
            "supplement": {"supplement": self.open_requests.get(status, 1), "answer": "Alla."},
            "submit": {"version": self.applications[status].version, "publication_consent": "on"},
            "abstain": {"reason": "Jag hinner inte."},
            "reopen_assessment": {"reason": "Ett fel."},
        }.get(name, {})


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(tasks.render_application_pdf, "delay", lambda pk: None)
    with answers_alone():
        yield World()


# --- Asking -----------------------------------------------------------------------------------------------
def views() -> Iterator[tuple[str, URLPattern]]:
    """Each view by its first name in the address table: one that serves several steps of the form answers
    alike for all of them."""
    seen = set()
    for full, pattern in own_patterns():
        if full.startswith("applications:") and full not in PUBLIC and pattern.callback not in seen:
            seen.add(pattern.callback)
            yield full.removeprefix("applications:"), pattern


def is_about_one(pattern: URLPattern) -> bool:
    return str(pattern.pattern).startswith((f"{MINE}<int:pk>", "handlaggning/ansokningar/<int:pk>"))


def answer_of(
    name: str, pattern: URLPattern, method: str, person: Any, keys: dict[str, Any], typed: dict[str, Any]
) -> str:
    arguments = {key: keys.get(key, SAMPLES[key]) for key in pattern.pattern.converters}
    return answer(f"applications:{name}", pattern, method, person, arguments, typed)


Answers = dict[tuple[str, str], dict[str, str]]


def ask_all(world: World) -> Answers:
    """(view, method) → role → one letter for each status; only one for what is about no application."""
    found: Answers = defaultdict(dict)
    for name, pattern in views():
        statuses = STATUSES if is_about_one(pattern) else STATUSES[:1]
        for method in ("get", "post"):
            for role in ROLES:
                first = _ask(world, name, pattern, method, role, statuses[0])
                # Whether the method is taken at all is no matter of the status.
                rest = (
                    first if first == "." else _ask(world, name, pattern, method, role, status)
                    for status in statuses[1:]
                )
                found[name, method][role] = "".join([first, *rest])
    return found


def _ask(world: World, name: str, pattern: URLPattern, method: str, role: str, status: Status) -> str:
    """The answer. What a button does is undone, after a look that only an allowed step was taken."""
    keys, person = world.keys[status], world.people[role]
    if not is_about_one(pattern):
        keys = world.call_keys if "utlysningar" in str(pattern.pattern) else world.call_keys | {"pk": 0}
    if method == "get":
        return answer_of(name, pattern, method, person, keys, {})
    with transaction.atomic():
        letter = answer_of(name, pattern, method, person, keys, world.typed(name, status))
        if letter in "ps":
            application = world.applications[status]
            after = Application.objects.values_list("status", flat=True).get(pk=application.pk)
            assert after == status or (status, Status(after)) in STEPS, (name, role, status, after)
        transaction.set_rollback(True)
    return letter


# --- The table --------------------------------------------------------------------------------------------
def written(found: Answers) -> str:
    """Roles that are answered alike stand on one line."""
    lines = [HEADING.format(statuses=", ".join(STATUSES)) + LETTERS]
    for (name, method), answers in found.items():
        lines.append(f"{name} {method.upper()}")
        order = sorted(ROLES, key=answers.__getitem__)
        for letters, roles in groupby(order, key=answers.__getitem__):
            lines.append(f"    {letters}  {' '.join(sorted(roles, key=ROLES.index))}")
        lines.append("")
    return "\n".join(lines)


def test_every_role_and_status_and_address_has_its_answer(world):
    found = ask_all(world)
    table = written(found)
    if os.environ.get("S3_WRITE_ACCESS") == "1":
        TABLE.write_text(table, encoding="utf-8")
    for name, pattern in views():
        if is_about_one(pattern):
            for method in ("get", "post"):
                for role, letters in found[name, method].items():
                    lawful(name, str(pattern.pattern).startswith(MINE), role, letters)
    assert table.split("\n\n") == TABLE.read_text(encoding="utf-8").split("\n\n")


def lawful(name: str, mine: bool, role: str, letters: str) -> None:
    where, given = (name, role, letters), set(letters)
    if mine:
        if role not in APPLICANTS:
            assert given <= {"-", "."}, f"{where}: nobody else learns that it exists"
        elif name != "restore":
            discarded = letters[STATUSES.index(Status.DISCARDED)]
            assert discarded in "-.", f"{where}: what is removed is in its own list alone"
        return
    if role not in REGION:
        assert given <= {"-", "f", "."}, where
    unsent = {letters[STATUSES.index(status)] for status in Status.unsent()}
    assert unsent <= {"-", "f", "."}, f"{where}: what is not sent is read by nobody at the region (TF 2:13)"
    if name not in NOT_BEHIND_THE_QUESTION:
        if role == "officer_recused":
            assert given <= {"-", "f", "."}, f"{where}: jäv"
        if role == "officer_unasked":
            assert given <= {"-", "j", "."}, f"{where}: the question of jäv comes first"
