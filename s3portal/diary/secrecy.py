"""Secrecy marks (OSL 5:5): what in a case may be secret, by which provision, since when and by whom.

A mark is only a reminder: each request for a document is tried anew. It hides what it covers from the public
diary, and from the search there, until somebody lifts it.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from s3portal.diary.secrecy_triggers import CastsShadow, MarkInItsCase

if TYPE_CHECKING:
    from s3portal.diary.models import Case

#: What stands where something is hidden.
PROTECTED: Final = "[Skyddat]"
#: As long as the title of a record is at most.
LONGEST_TITLE: Final = 300
_LEAST: Final = 4
#: So much of a passage in a title that was cut is taken for the whole of it.
_BEGINNING: Final = 40
#: What may come between two words of a hidden passage, however it was typed: spaces, line breaks, emphasis.
_BETWEEN: Final = r"[\s\u00a0*_\\]+"


class Part(models.TextChoices):
    """What in a case a mark covers."""

    CASE = "case", _("Hela ärendet")
    TITLE = "title", _("Ärendemeningen och handlingarnas rubriker")
    COUNTERPART = "counterpart", _("Motparten")
    PASSAGE = "passage", _("Ord eller stycke i texten")
    RECORD = "record", _("Hela handlingen")
    RECORD_TITLE = "record_title", _("Handlingens rubrik")
    RECORD_COUNTERPART = "record_party", _("Avsändare eller mottagare")
    CONTENT = "content", _("Handlingens innehåll")
    FILE = "file", _("En fil")
    FIELD = "field", _("En uppgift i handlingen")

    @classmethod
    def of_case(cls) -> "tuple[Part, ...]":
        return (cls.CASE, cls.TITLE, cls.COUNTERPART, cls.PASSAGE)

    @classmethod
    def of_record(cls) -> "tuple[Part, ...]":
        return (cls.RECORD, cls.RECORD_TITLE, cls.RECORD_COUNTERPART, cls.CONTENT)


class Provision(models.TextChoices):
    """Those that occur in a region's grant cases. OSL 30:23 is for state authorities and is
    not among them. ``OTHER`` is said in words."""

    BUSINESS = "30:27", _("OSL 30 kap. 27 §, affärs- och driftförhållanden, uppfinningar och forskning")
    TRANSACTION = "31:16", _("OSL 31 kap. 16 §, affärsförbindelse med myndighet")
    PERSONAL_DATA = "21:7", _("OSL 21 kap. 7 §, personuppgifter")
    HEALTH = "21:1", _("OSL 21 kap. 1 §, hälsa och sexualliv")
    PURSUED = "21:3", _("OSL 21 kap. 3 §, förföljda personer")
    OTHER = "other", _("Annan bestämmelse")


#: OSL 30:27 holds for at most so many years.
MOST_YEARS: Final = {Provision.BUSINESS: 20}


class SecrecyMarkQuerySet(models.QuerySet["SecrecyMark"]):
    def standing(self) -> "SecrecyMarkQuerySet":
        """Those that nobody has lifted. One whose time is out stands until a person has tried it."""
        return self.filter(lift__isnull=True)


class SecrecyMark(models.Model):
    """``until``: the last day, inclusive; None when it is not known. ``passage``: the very words that are
    hidden, wherever in the case they stand. ``field``: the name of a part of a document, which the app that
    made it knows; ``field_label`` is what people read. ``marked_by`` is None only for what was marked before
    marks were kept. A mark is never changed: it is lifted, and set anew."""

    case = models.ForeignKey("diary.Case", on_delete=models.PROTECT, related_name="secrecy_marks")
    record = models.ForeignKey(
        "diary.Record", on_delete=models.PROTECT, null=True, blank=True, related_name="secrecy_marks"
    )
    file = models.ForeignKey(
        "diary.RecordFile", on_delete=models.PROTECT, null=True, blank=True, related_name="secrecy_marks"
    )
    part = models.CharField(_("vad som är märkt"), max_length=12, choices=Part)
    passage = models.TextField(_("ord eller stycke"), blank=True)
    field = models.CharField(_("uppgift"), max_length=60, blank=True)
    field_label = models.CharField(_("uppgiftens namn"), max_length=200, blank=True)
    provision = models.CharField(_("bestämmelse"), max_length=10, choices=Provision)
    provision_text = models.CharField(_("annan bestämmelse"), max_length=200, blank=True)
    reason = models.CharField(_("skäl"), max_length=500)
    until = models.DateField(_("till och med"), null=True, blank=True)
    marked_at = models.DateTimeField(_("märkt"), default=timezone.now)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SecrecyMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("sekretessmarkering")
        verbose_name_plural = _("sekretessmarkeringar")
        ordering = ["marked_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(part__in=Part.values), name="secrecy_part_known"),
            models.CheckConstraint(
                condition=Q(provision__in=Provision.values), name="secrecy_provision_known"
            ),
            models.CheckConstraint(
                condition=~Q(provision=Provision.OTHER) | ~Q(provision_text=""), name="secrecy_other_in_words"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="secrecy_says_why"),
            models.CheckConstraint(
                condition=(
                    Q(part__in=Part.of_case(), record__isnull=True, file__isnull=True)
                    | Q(part__in=[*Part.of_record(), Part.FIELD], record__isnull=False, file__isnull=True)
                    | Q(part=Part.FILE, record__isnull=False, file__isnull=False)
                ),
                name="secrecy_part_and_place",
            ),
            models.CheckConstraint(
                condition=Q(part=Part.PASSAGE) & ~Q(passage="") | ~Q(part=Part.PASSAGE) & Q(passage=""),
                name="secrecy_passage_has_words",
            ),
            models.CheckConstraint(
                condition=(Q(part=Part.FIELD) & ~Q(field="") & ~Q(field_label=""))
                | (~Q(part=Part.FIELD) & Q(field="", field_label="")),
                name="secrecy_field_has_name",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "marked_at"], name="secrecy_of_case"),
            models.Index(fields=["until"], name="secrecy_until", condition=Q(until__isnull=False)),
        ]
        triggers = [
            MarkInItsCase(name="mark_in_its_case"),
            pgtrigger.Protect(name="secrecy_mark_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            CastsShadow(name="mark_casts_shadow", cases=["NEW.case_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.what} ({self.by_provision})"

    @property
    def what(self) -> str:
        """What is marked, as people read it: "Handling 2: handlingens innehåll"."""
        if self.part == Part.PASSAGE:
            return f"”{self.passage}”"
        label = self.field_label if self.part == Part.FIELD else str(self.get_part_display())
        if self.file is not None:
            label = self.file.filename
        if self.record is None:
            return label
        return f"Handling {self.record.number}: {label[:1].lower()}{label[1:]}"

    @property
    def by_provision(self) -> str:
        """The provision as it is written in a document: "OSL 30:27"."""
        return self.provision_text if self.provision == Provision.OTHER else f"OSL {self.provision}"

    @property
    def lifted(self) -> "SecrecyLift | None":
        return getattr(self, "lift", None)

    @property
    def is_outdated(self) -> bool:
        return self.lifted is None and self.until is not None and self.until < timezone.localdate()


class SecrecyLift(models.Model):
    """That a mark no longer stands. ``by`` tried it."""

    mark = models.OneToOneField(SecrecyMark, on_delete=models.PROTECT, related_name="lift")
    reason = models.CharField(_("skäl"), max_length=500)
    at = models.DateTimeField(_("tidpunkt"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("hävd sekretessmarkering")
        verbose_name_plural = _("hävda sekretessmarkeringar")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="secrecy_lift_says_why")]
        triggers = [
            pgtrigger.Protect(name="secrecy_lift_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            CastsShadow(
                name="lift_casts_shadow",
                cases=['SELECT lifted.case_id FROM "diary_secrecymark" lifted WHERE lifted.id = NEW.mark_id'],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mark} är hävd"


# --- Hiding -----------------------------------------------------------------------------------------------
def pattern_of(words: Collection[str]) -> re.Pattern[str] | None:
    """Finds any of the passages, the longest first, however large the letters and whatever stands between
    the words. None without words."""
    passages = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not passages:
        return None
    return re.compile("|".join(_BETWEEN.join(map(re.escape, one.split())) for one in passages), re.IGNORECASE)


def hide_words(text: str, words: Collection[str], *, by: str = PROTECTED) -> str:
    """``text`` with each of the passages replaced."""
    pattern = pattern_of(words)
    return text if pattern is None else pattern.sub(lambda _match: by, text)


def told_by(title: str) -> list[str]:
    """What other records may repeat of a title that the portal has written, as "Beslut: Bidrag till projekt:
    Kvantlyft": the whole, and what follows the word for the kind of record. A title of that word alone tells
    nothing, and fewer letters than four would be found in any text."""
    _kind, colon, rest = title.partition(": ")
    return [title, rest] if colon and len(rest.strip()) >= _LEAST else []


def hide_in_title(title: str, words: Collection[str]) -> str:
    """The title of a record without the passages. One that was cut where a title must end may tell a part of
    a passage, which is then not found, and is hidden as a whole."""
    shown = hide_words(title, words)
    cut = len(title) == LONGEST_TITLE
    if cut and any(len(word) > _BEGINNING and word[:_BEGINNING] in shown for word in words):
        return PROTECTED
    return shown


#: Words that most titles have, whatever they are about.
_COMMON: Final = re.compile(
    r"ansökan|ansökningar|avslag|avtal|begäran|beslut|bidrag|bilaga|brev|eller|från|handling|komplettering|"
    r"medfinansiering|projekt|projektet|rapport|regionen|samt|skrivelse|stöd|till|utlysning|utlysningen|"
    r"yttrande|ärende",
    re.IGNORECASE,
)


def shared_words(one: str, other: str) -> list[str]:
    """The words of the first title that tell something and stand in the other too, in that form or with an
    ending more or less. Those of fewer letters than four tell nothing."""
    theirs = _telling(other)
    return [
        word
        for key, word in _telling(one).items()
        if any(key.startswith(their) or their.startswith(key) for their in theirs)
    ]


def _telling(title: str) -> dict[str, str]:
    """By the word in small letters, as it is written."""
    words = [word for word in re.findall(r"\w+", title) if len(word) >= _LEAST]
    return {word.casefold(): word for word in words if not _COMMON.fullmatch(word)}


@dataclass(frozen=True)
class RecordMask:
    """What of a record the public does not see."""

    title: bool = False
    counterpart: bool = False
    #: The document itself, or a part of it: to be tried before a copy is given.
    content: bool = False
    files: frozenset[int] = frozenset()


def masks_of(*cases: "Case") -> dict[int, RecordMask]:
    """Per record of the cases that is marked. One query; marks on a case as a whole are the case's own."""
    marks = SecrecyMark.objects.standing().filter(case__in=cases, record__isnull=False)
    found: dict[int, list[SecrecyMark]] = {}
    for mark in marks:
        found.setdefault(mark.record_id or 0, []).append(mark)
    return {record: _mask(of_record) for record, of_record in found.items()}


def _mask(marks: Iterable[SecrecyMark]) -> RecordMask:
    parts = {mark.part for mark in marks}
    return RecordMask(
        title=bool(parts & {Part.RECORD, Part.RECORD_TITLE}),
        counterpart=bool(parts & {Part.RECORD, Part.RECORD_COUNTERPART}),
        content=bool(parts & {Part.RECORD, Part.CONTENT, Part.FIELD}),
        files=frozenset(mark.file_id for mark in marks if mark.file_id is not None),
    )
