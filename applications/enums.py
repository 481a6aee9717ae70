from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Utkast")
    SUBMITTED = "submitted", _("Inkommen")
    SUPPLEMENT = "supplement", _("Kompletteras")
    ASSESSED = "assessed", _("Granskad")
    GRANTED = "granted", _("Beviljad")
    REJECTED = "rejected", _("Avslagen")
    WITHDRAWN = "withdrawn", _("Återkallad")

    @classmethod
    def open(cls) -> "tuple[ApplicationStatus, ...]":
        """Received, no decision yet."""
        return (cls.SUBMITTED, cls.SUPPLEMENT, cls.ASSESSED)

    @classmethod
    def closed(cls) -> "tuple[ApplicationStatus, ...]":
        """Received and finished."""
        return (cls.GRANTED, cls.REJECTED, cls.WITHDRAWN)


class ApplicationAction(models.TextChoices):
    """The steps of an application's life; ``transitions.ALLOWED`` says which may follow which."""

    SAVE = "save", _("Spara")
    DELETE = "delete", _("Ta bort")
    SUBMIT = "submit", _("Skicka in")
    WITHDRAW = "withdraw", _("Återkalla")
    ASK = "ask", _("Begär komplettering")
    POSTPONE = "postpone", _("Ge mer tid att komplettera")
    ANSWER = "answer", _("Komplettera")
    STOP_ASKING = "stop_asking", _("Avsluta kompletteringen utan svar")
    ASSESS = "assess", _("Markera som granskad")
    GRANT = "grant", _("Bevilja")
    REJECT = "reject", _("Avslå")


class CostCategory(models.TextChoices):
    """Kostnadsslag (domain.md §5). Indirect costs are computed from the call's flat rate, never typed."""

    PERSONNEL = "personnel", _("Personal")
    EXTERNAL_SERVICES = "external_services", _("Externa tjänster")
    TRAVEL = "travel", _("Resor och logi")
    MATERIAL = "material", _("Material och lokaler")
    INCOME = "income", _("Intäkter")


class FinancingKind(models.TextChoices):
    CASH = "cash", _("Kontant")
    IN_KIND = "in_kind", _("Arbetad tid")


class FinancingSource(models.TextChoices):
    PRIVATE = "private", _("Privat")
    STATE = "state", _("Statlig")
    REGIONAL = "regional", _("Regional")
    MUNICIPAL = "municipal", _("Kommunal")
    EU = "eu", _("EU")
