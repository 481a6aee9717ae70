"""Who gets which answer, on every address but the applications' own: role × method × own or another's object.

The table is ``rights.txt``, one paragraph for each view and method; applications, which have a life cycle of
ten steps, have a table of their own (``applications/access.txt``). Write it anew with

    S3_WRITE_ACCESS=1 pytest -n0 tests/test_rights.py

and read the difference: what stands there is what is meant. The laws below hold whatever the table says.
"""

import os
from collections import defaultdict
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern
from django.utils import timezone

from decisions.models import StandardPhrase
from decisions.services.appeals import register_appeal
from decisions.services.asking import ask_about_decision
from decisions.services.expediting import expedite_decision
from decisions.services.notices import post_decision_notice
from decisions.services.proposing import propose_decision
from decisions.services.reporting import report_decisions
from s3portal.copies.enums import Way
from s3portal.copies.services import request_copy
from s3portal.outbox.models import Message
from tests import factories
from tests.applications.judging import declare
from tests.applications.sending import send
from tests.asking import LETTERS, answer, answers_alone
from tests.decisions.batches import make_batch
from tests.test_addresses import OWN, PUBLIC, SAMPLES, own_patterns

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TABLE = Path(__file__).with_name("rights.txt")
NAMESPACES = sorted(set(OWN) - {"applications"})
ROLES = (
    "owner", "stranger", "member", "member_elsewhere", "member_before", "assessor", "officer",
    "officer_recused", "delegate", "delegate_elsewhere", "registrar", "admin",
)  # fmt: skip
APPLICANTS, MEMBERS = ROLES[:2], ROLES[2:5]
Keys = dict[str, Any]


# --- The world --------------------------------------------------------------------------------------------
class World:
    """One person in each role, and of each kind of object some that are theirs and some that are others'."""

    def __init__(self) -> None:
        self.people = {role: self._person(role) for role in ROLES}
        self.others = {role: factories.make_staff(role) for role in ("officer", "delegate")}
        self.today = timezone.localdate()
        self.committee = factories.make_committee(members=[self.people["member"]])
        self.elsewhere = factories.make_committee(members=[self.people["member_elsewhere"]])
        self.committee.members.create(
            user=self.people["member_before"],
            valid_from=self.today - timedelta(days=90),
            valid_to=self.today - timedelta(days=1),
        )
        self.variants: dict[str, dict[str, Keys]] = {
            kind: getattr(self, f"_{kind}s")() for kind in sorted(set(KINDS.values()))
        }

    def _person(self, role: str) -> Any:
        if role in APPLICANTS:
            user = factories.make_user(f"{role}@example.org")
            organisation = factories.make_organisation(name=f"Förening {role}")
            factories.make_membership(user=user, organisation=organisation, is_signatory=True)
            return user
        known = dict.fromkeys(MEMBERS, "committee_member")
        return factories.make_staff(known.get(role, role.split("_", maxsplit=1)[0]), f"{role}@example.org")

    def _order(self, committee: Any, signer: Any) -> Any:
        order = factories.make_delegation_order(committee=committee)
        return factories.make_delegate(user=signer, clause=factories.make_clause(order=order, number="8.1"))

    def _decisions(self) -> dict[str, Keys]:
        """Drafts and proposals with the question of jäv answered; in each the recused officer has jäv."""
        mine = self._order(self.committee, self.people["delegate"])
        theirs = self._order(self.elsewhere, self.others["delegate"])
        officer, other = self.people["officer"], self.others["officer"]
        made = {
            "draft": factories.make_decision(user=officer, delegate=mine),
            "proposed": factories.make_decision(user=officer, delegate=mine),
            "signed": factories.make_signed_decision(user=officer),
            "published": factories.make_signed_decision(user=officer, published=True),
            "others-draft": factories.make_decision(user=other, delegate=theirs),
            "others-signed": factories.make_signed_decision(user=other),
        }
        for name, decision in made.items():
            if "signed" not in name and name != "published":
                decision.declarations.create(
                    person=self.people["officer_recused"], ground="other", text="Vi är grannar.",
                    declared_by=self.people["officer_recused"],
                )  # fmt: skip
        proposed = made["proposed"]
        propose_decision(decision_id=proposed.pk, actor=officer, expected_version=proposed.version)
        expedite_decision(decision_id=made["others-signed"].pk, actor=other)
        return {
            name: {
                "pk": decision.pk,
                "step": "klar",
                "addressee_pk": getattr(decision.addressees.first(), "pk", 0),
            }
            for name, decision in made.items()
        }

    def _answers(self) -> dict[str, Keys]:
        """Decisions on the owner's applications: one that is sent out, and one that is only signed."""
        made = {}
        for name in ("sent", "signed"):
            application = send(factories.make_application(user=self.people["owner"]), self.people["owner"])
            decision = factories.make_signed_decision(
                user=self.people["officer"], application=application, case=application.case
            )
            if name == "sent":
                expedite_decision(decision_id=decision.pk, actor=self.people["officer"])
            made[name] = {"pk": application.pk, "decision_pk": decision.pk}
        return made

    def _meetings(self) -> dict[str, Keys]:
        made: dict[str, Keys] = {}
        for name, committee in (("own", self.committee), ("elsewhere", self.elsewhere)):
            meeting = factories.make_committee_meeting(committee=committee)
            decision = factories.make_signed_decision(
                user=self.people["officer"], committee_name=committee.name
            )
            (report,) = report_decisions(
                meeting_id=meeting.pk, decision_ids=[decision.pk], actor=self.people["registrar"]
            )
            made[name] = {"pk": meeting.pk, "report_pk": report.pk, "number": 1}
        return made

    def _questions(self) -> dict[str, Keys]:
        """What members of one's own nämnd and of another have asked about their decisions."""
        made: dict[str, Keys] = {}
        for name, keys in self._meetings().items():
            role = "member" if name == "own" else "member_elsewhere"
            question = ask_about_decision(
                report_id=keys["report_pk"], actor=self.people[role], text="Hur följs det upp?"
            )
            made[name] = {"pk": question.decision_id, "question_pk": question.pk}
        return made

    def _orders(self) -> dict[str, Keys]:
        made: dict[str, Keys] = {}
        for name, fields in (("adopted", {}), ("draft", {"adopted_on": None})):
            order = factories.make_delegation_order(committee=factories.make_committee(), **fields)
            clause = factories.make_clause(order=order)
            delegate = factories.make_delegate(user=self.people["delegate"], clause=clause)
            made[name] = {"pk": order.pk, "clause_pk": clause.pk, "delegate_pk": delegate.pk}
        return made

    def _cases(self) -> dict[str, Keys]:
        officer, other = self.people["officer"], self.others["officer"]
        return {
            "own": self._case(officer=officer),
            "nobodys": self._case(),
            "others": self._case(officer=other),
        }

    def _case(self, **fields: Any) -> Keys:
        case = factories.make_case(**fields)
        return {"pk": case.pk, "mark_pk": factories.mark_secret(case, "title").pk}

    def _requests(self) -> dict[str, Keys]:
        """For copies, in cases of one's own, of nobody and of another officer."""
        made = {}
        for name, keys in self._cases().items():
            request = request_copy(case_id=keys["pk"], record_number=None, wish="Allt", way=Way.HERE)
            made[name] = {"pk": request.pk, "step": "avsluta"}
        return made

    def _sittings(self) -> dict[str, Keys]:
        """Decisions of a locked ranking; the recused officer has jäv in its only application."""
        batch = make_batch(
            owner=self.people["owner"],
            officer=self.people["officer"],
            delegate=factories.make_delegate(user=self.people["delegate"]),
            titles=["Kluster"],
        )
        application = batch.items.get().application
        declare(application, self.people["delegate"])
        declare(application, self.people["officer_recused"], ground="party")
        return {"one": {"pk": batch.pk}}

    def _organisations(self) -> dict[str, Keys]:
        """The owner's and the stranger's."""
        made = {}
        for name in APPLICANTS:
            membership = self.people[name].memberships.get()
            made[name] = {"pk": membership.organisation_id, "member_pk": membership.pk}
        return made

    def _calls(self) -> dict[str, Keys]:
        made = {}
        for name, status in (("draft", "draft"), ("published", "published")):
            call = factories.make_call(status=status)
            question = factories.make_question(call=call)
            inquiry = factories.make_inquiry(call=call)
            made[name] = {"pk": call.pk, "row_pk": question.pk, "inquiry_pk": inquiry.pk}
        return made

    def _gatherings(self) -> dict[str, Keys]:
        meeting = factories.make_meeting()
        participation = factories.make_participation(meeting=meeting)
        series = factories.make_meeting_series()
        return {"one": {"pk": meeting.pk, "participation_pk": participation.pk, "series_pk": series.pk}}

    def _messages(self) -> dict[str, Keys]:
        message = Message.objects.create(
            key="r", kind="letter", to_email="a@example.org", subject="Hej", text_body="Hej"
        )
        return {"one": {"pk": message.pk, "kind": "draft_closing"}}

    def _notices(self) -> dict[str, Keys]:
        decision = factories.make_signed_decision(user=self.people["officer"], reportable=False)
        notice = post_decision_notice(
            decision_id=decision.pk, kept_at="Regionens hus", actor=self.people["registrar"]
        )
        return {"one": {"pk": notice.pk}}

    def _appeals(self) -> dict[str, Keys]:
        decision = factories.make_signed_decision(user=self.people["officer"])
        appeal = register_appeal(
            decision_id=decision.pk,
            received_on=self.today,
            appellant="Karin Klagande",
            actor=self.people["registrar"],
        )
        return {"one": {"pk": appeal.pk}}

    def _committees(self) -> dict[str, Keys]:
        made = {"own": self.committee, "elsewhere": self.elsewhere}
        return {
            name: {"pk": committee.pk, "member_pk": committee.members.order_by("pk")[0].pk}
            for name, committee in made.items()
        }

    def _phrases(self) -> dict[str, Keys]:
        return {"one": {"pk": StandardPhrase.objects.get(kind="grant", name="Finansiering").pk}}

    def _nothings(self) -> dict[str, Keys]:
        """An address about no object, or about one that is not there."""
        return {"-": {"pk": 0}}


#: What the number in an address is about, by how the address begins; the first that fits counts.
KINDS: dict[str, str] = {
    "mina-ansokningar/<int:pk>/beslut/<int:decision_pk>": "answer",
    "handlaggning/beslut/omgangar/<int:pk>": "sitting",
    "handlaggning/beslut/<int:pk>/fragor/": "question",
    "handlaggning/beslut/<int:pk>": "decision",
    "handlaggning/anslag/beslut/<int:pk>": "decision",
    "handlaggning/anslag/sammantrade/<int:pk>": "meeting",
    "handlaggning/anslag/<int:pk>": "notice",
    "handlaggning/overklaganden/<int:pk>": "appeal",
    "handlaggning/namnder/<int:pk>": "committee",
    "handlaggning/sammantraden/<int:pk>": "meeting",
    "namnd/fragor/": "question",
    "namnd/<int:pk>": "meeting",
    "handlaggning/delegation/<int:pk>": "order",
    "handlaggning/fraser/<int:pk>": "phrase",
    "handlaggning/diarium/<int:pk>": "case",
    "handlaggning/begaran/<int:pk>": "request",
    "handlaggning/organisationer/<int:pk>": "organisation",
    "organisationer/<int:pk>": "organisation",
    "handlaggning/utlysningar/<int:pk>": "call",
    "handlaggning/moten/<int:pk>": "gathering",
    "handlaggning/moten/serier/<int:series_pk>": "gathering",
    "handlaggning/utskick/<int:pk>": "message",
    "handlaggning/utskick/paminnelser/<slug:kind>": "message",
    "": "nothing",
}


def kind_of(pattern: URLPattern) -> str:
    path = str(pattern.pattern)
    return next(kind for start, kind in KINDS.items() if path.startswith(start))


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    for module in ("decisions.document", "decisions.masking", "decisions.proof", "decisions.annex"):
        monkeypatch.setattr(f"{module}.render_document", lambda *args, **kwargs: b"%PDF-1.7")
    with answers_alone():
        yield World()


# --- Asking -----------------------------------------------------------------------------------------------
Answers = dict[tuple[str, str], dict[str, str]]


def ask_all(world: World, namespace: str) -> Answers:
    """(view, method) → role → one letter for each variant of what the address is about."""
    found: Answers = defaultdict(dict)
    for name, pattern in own_patterns():
        if not name.startswith(f"{namespace}:") or name in PUBLIC:
            continue
        variants = list(world.variants[kind_of(pattern)].values())
        for method in ("get", "post"):
            for role in ROLES:
                person = world.people[role]
                letters = [ask(name, pattern, method, person, keys) for keys in variants]
                found[name, method][role] = "".join(letters)
    return found


def ask(name: str, pattern: URLPattern, method: str, person: Any, keys: Keys) -> str:
    """The answer; what a button did is undone."""
    arguments = {
        key: keys.get(key, 0 if key.endswith("_pk") else SAMPLES[key]) for key in pattern.pattern.converters
    }
    with transaction.atomic():
        given = answer(name, pattern, method, person, arguments, {})
        transaction.set_rollback(True)
    return given


# --- The table --------------------------------------------------------------------------------------------
def heading(world: World) -> str:
    lines = ["# What each role is answered, for each of:\n"]
    lines += [
        f"#   {kind}: {', '.join(made)}\n" for kind, made in world.variants.items() if kind != "nothing"
    ]
    return "".join(lines) + LETTERS


def written(found: Answers) -> dict[str, str]:
    """View and method → its paragraph. Roles that are answered alike stand on one line."""
    paragraphs = {}
    for (name, method), answers in found.items():
        lines = [f"{name} {method.upper()}"]
        for letters, roles in groupby(sorted(ROLES, key=answers.__getitem__), key=answers.__getitem__):
            lines.append(f"    {letters}  {' '.join(sorted(roles, key=ROLES.index))}")
        paragraphs[lines[0]] = "\n".join(lines)
    return paragraphs


def stored() -> dict[str, str]:
    paragraphs = TABLE.read_text(encoding="utf-8").rstrip().split("\n\n")[1:] if TABLE.exists() else []
    return {paragraph.partition("\n")[0]: paragraph for paragraph in paragraphs}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_address_has_its_answer_for_every_role(world: World, namespace: str) -> None:
    found = ask_all(world, namespace)
    now = written(found)
    if os.environ.get("S3_WRITE_ACCESS") == "1":
        others = {title: text for title, text in stored().items() if not title.startswith(f"{namespace}:")}
        ordered = sorted((others | now).items())
        TABLE.write_text(
            "\n\n".join([heading(world).rstrip(), *(text for _title, text in ordered)]) + "\n",
            encoding="utf-8",
        )
    for name, pattern in own_patterns():
        for method in ("get", "post"):
            for role, letters in found.get((name, method), {}).items():
                lawful(world, name, pattern, role, letters)
    mine = {title: text for title, text in stored().items() if title.startswith(f"{namespace}:")}
    assert now == mine


# --- The laws ---------------------------------------------------------------------------------------------
CLOSED = set("-f.")
#: Inner pages that members of the nämnd read too.
MEMBERS_READ = {"decisions:delegation_list", "decisions:delegation_order", "decisions:delegation_compare"}
#: Sends everybody on, to where they belong.
ANYBODYS = {"home:staff_start"}


def lawful(world: World, name: str, pattern: URLPattern, role: str, letters: str) -> None:
    path, where, given = str(pattern.pattern), (name, role, letters), set(letters)
    if path.startswith("handlaggning/") and name not in ANYBODYS:
        if role in (*APPLICANTS, "assessor"):
            assert given <= CLOSED, where
        if role in MEMBERS and name not in MEMBERS_READ:
            assert given <= CLOSED, where
    if path.startswith("namnd/"):
        if role not in MEMBERS:
            assert given <= CLOSED, f"{where}: only the members read there"
        if kind_of(pattern) in ("meeting", "question"):
            own, elsewhere = letters
            closed = {"member": elsewhere, "member_elsewhere": own, "member_before": own + elsewhere}
            assert set(closed.get(role, "-")) <= CLOSED, f"{where}: another nämnd's, or an old mandate"
    if kind_of(pattern) == "answer":
        sent, signed = letters
        assert {signed, *(sent if role != "owner" else "")} <= CLOSED, f"{where}: the party, once it is sent"
    if path.startswith("organisationer/<int:pk>"):
        own, strangers = letters
        assert set({"owner": strangers, "stranger": own}.get(role, letters)) <= CLOSED, where
    if kind_of(pattern) == "decision" and role == "officer_recused" and "/jav/" not in path:
        draft, proposed, *_signed, others, _others = letters
        assert {draft, proposed, others} <= CLOSED | set("rj"), f"{where}: jäv"
