"""The five kinds of content of a call: what is the same for their pages, and their words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse

from calls.forms.contents import (
    AttachmentForm,
    ContentForm,
    CriterionForm,
    DocumentForm,
    MilestoneForm,
    QuestionForm,
)
from calls.models import Call, CallDocument, CallQuestion, Criterion, Milestone, RequestedAttachment
from calls.services.contents import attachments, criteria, documents, milestones, questions


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of content: its rows, its addresses, and the words of its pages.

    ``pages`` names the list, ``page`` begins the names of a row's addresses. ``asked``: it stands still when
    the first application has come in. Without ``delete`` rows are only hidden."""

    pages: str
    page: str
    model: Any
    form: type[ContentForm]
    save: Callable[..., Model]
    delete: Callable[..., None] | None
    asked: bool
    ordered: bool = True
    heading: str
    the_one: str
    new: str
    lead: str

    @property
    def row_template(self) -> str:
        return f"calls/contents_{self.page}.html"

    def list_url(self, call: Call) -> str:
        return reverse(f"calls:{self.pages}", args=[call.pk])

    def new_url(self, call: Call) -> str:
        return reverse(f"calls:{self.page}_new", args=[call.pk])

    def row_url(self, what: str, call: Call, row: Model) -> str:
        return reverse(f"calls:{self.page}_{what}", args=[call.pk, row.pk])


QUESTIONS = Kind(
    pages="questions",
    page="question",
    model=CallQuestion,
    form=QuestionForm,
    save=questions.save_question,
    delete=questions.delete_question,
    asked=True,
    heading="Frågor",
    the_one="Frågan",
    new="Ny fråga",
    lead="Utlysningens egna frågor. De ställs utöver det som alla ansökningar innehåller: projektet, "
    "kostnaderna och finansieringen.",
)
CRITERIA = Kind(
    pages="criteria",
    page="criterion",
    model=Criterion,
    form=CriterionForm,
    save=criteria.save_criterion,
    delete=criteria.delete_criterion,
    asked=True,
    heading="Kriterier",
    the_one="Kriteriet",
    new="Nytt kriterium",
    lead="Det som ansökningarna bedöms efter. Kriterierna och vikterna visas för de sökande.",
)
ATTACHMENTS = Kind(
    pages="requested_attachments",
    page="requested_attachment",
    model=RequestedAttachment,
    form=AttachmentForm,
    save=attachments.save_attachment,
    delete=attachments.delete_attachment,
    asked=True,
    heading="Bilagor som begärs",
    the_one="Bilagan",
    new="Ny bilaga",
    lead="Filer som de sökande skickar med ansökan.",
)
MILESTONES = Kind(
    pages="milestones",
    page="milestone",
    model=Milestone,
    form=MilestoneForm,
    save=milestones.save_milestone,
    delete=milestones.delete_milestone,
    asked=False,
    ordered=False,
    heading="Hållpunkter",
    the_one="Hållpunkten",
    new="Ny hållpunkt",
    lead="Datum som ska synas i tidslinjen, i tidsordning. Att utlysningen öppnar och stänger, dess möten "
    "och det planerade beslutet finns redan där.",
)
DOCUMENTS = Kind(
    pages="documents",
    page="document",
    model=CallDocument,
    form=DocumentForm,
    save=documents.save_document,
    delete=None,
    asked=False,
    heading="Dokument",
    the_one="Dokumentet",
    new="Nytt dokument",
    lead="Det som de sökande ska kunna ladda ner. Den senaste versionen visas, och de tidigare går att läsa.",
)
