from django.db import models
from django.utils.translation import gettext_lazy as _


class CallStatus(models.TextChoices):
    """Stored status. Coming, open and closed follow from the clock (``CallPhase``)."""

    DRAFT = "draft", _("Utkast")
    PUBLISHED = "published", _("Publicerad")
    CONCLUDED = "concluded", _("Avslutad")


class CallAction(models.TextChoices):
    """What officers do with a call."""

    SAVE = "save", _("Spara")
    DELETE = "delete", _("Ta bort")
    PUBLISH = "publish", _("Publicera")
    CONCLUDE = "conclude", _("Avsluta")


class CallPhase(models.TextChoices):
    """What the public sees, from the clock in Europe/Stockholm."""

    COMING = "coming", _("Kommande")
    OPEN = "open", _("Öppen för ansökan")
    CLOSED = "closed", _("Stängd")

    @property
    def color(self) -> str:
        """Designsystemet's colour for the phase."""
        return {"open": "success", "coming": "info", "closed": "neutral"}[self.value]


class AppealRule(models.TextChoices):
    """How a decision on a legal basis may be appealed (KL 13 ch., FL 40–45 §§)."""

    LEGALITY_REVIEW = "legality_review", _("Laglighetsprövning enligt kommunallagen 13 kap.")
    NOT_APPEALABLE = "not_appealable", _("Får inte överklagas")
    STOP_AND_RECOVERY_ONLY = "stop_and_recovery_only", _("Bara beslut om stoppad utbetalning och återkrav")


class MeetingKind(models.TextChoices):
    INFORMATION = "information", _("Informationsmöte")
    DIALOGUE = "dialogue", _("Dialogmöte")
    VISION = "vision", _("Vision och prioriteringar")
    MOBILISATION = "mobilisation", _("Mobilisering")
    OTHER = "other", _("Möte")


class RegistrationRule(models.TextChoices):
    NOT_NEEDED = "not_needed", _("Ingen anmälan")
    OPEN = "open", _("Anmälan i portalen")
    BY_MAIL = "by_mail", _("Anmälan med e-post")
    CLOSED = "closed", _("Anmälan är stängd")


class MeetingStatus(models.TextChoices):
    """Coming and past follow from the clock."""

    DRAFT = "draft", _("Utkast")
    PUBLISHED = "published", _("Publicerat")
    CANCELLED = "cancelled", _("Inställt")


class Attendance(models.TextChoices):
    """How a meeting can be attended. Room seats may run out, link places never do."""

    ROOM = "room", _("I lokalen")
    LINK = "link", _("Via länk")
    BOTH = "both", _("I lokalen eller via länk")


class Place(models.TextChoices):
    """Where one registered person takes part. ``WAITING``: only on the list for a room seat, which happens
    when a meeting without link places is full."""

    ROOM = "room", _("I lokalen")
    LINK = "link", _("Via länk")
    WAITING = "waiting", _("I kö till lokalen")


class DecisionTiming(models.TextChoices):
    """How exactly the planned decision is known. A month is kept as its first day."""

    UNSET = "unset", _("Inte bestämt")
    DAY = "day", _("Ett datum")
    MONTH = "month", _("En månad")
    RUNNING = "running", _("Löpande")


class QuestionKind(models.TextChoices):
    """What an applicant answers a call's question with."""

    SHORT = "short", _("Kort text")
    LONG = "long", _("Lång text")
    NUMBER = "number", _("Tal")
    AMOUNT = "amount", _("Belopp i kronor")
    DATE = "date", _("Datum")
    CHOICE = "choice", _("Val ur en lista")
    YES_NO = "yes_no", _("Ja eller nej")
    FILE = "file", _("Fil")

    @property
    def is_text(self) -> bool:
        return self in (QuestionKind.SHORT, QuestionKind.LONG)


class MilestoneKind(models.TextChoices):
    SUB_DEADLINE = "sub_deadline", _("Delfrist")
    INFORMATION = "information", _("Informationsmöte")
    DECISION = "decision", _("Beslut")
    PAYMENT = "payment", _("Utbetalning")
    EVALUATION = "evaluation", _("Utvärdering")
    OTHER = "other", _("Annat")


class InquiryStatus(models.TextChoices):
    WAITING = "waiting", _("Väntar på svar")
    ANSWERED = "answered", _("Besvarad")
    DECLINED = "declined", _("Publiceras inte")


class InquiryAction(models.TextChoices):
    """What officers do with a question about a call."""

    ANSWER = "answer", _("Svara")
    CORRECT = "correct", _("Rätta")
    DECLINE = "decline", _("Avböj")
