from django.db import models
from django.utils.translation import gettext_lazy as _


class DecisionKind(models.TextChoices):
    GRANT = "grant", _("Bifall till ansökan")
    REJECTION = "rejection", _("Avslag på ansökan")
    PARTICIPATION = "participation", _("Deltagande och medfinansiering")
    OTHER = "other", _("Annat beslut")


class DecisionStatus(models.TextChoices):
    """Stored status. Expedited, published and reported are rows of their own, for a signed decision
    never changes."""

    DRAFT = "draft", _("Utkast")
    PROPOSED = "proposed", _("För underskrift")
    SIGNED = "signed", _("Undertecknat")


class DecisionAction(models.TextChoices):
    SAVE = "save", _("Spara")
    DELETE = "delete", _("Ta bort")
    PROPOSE = "propose", _("Skicka för underskrift")
    RETURN = "return", _("Skicka tillbaka")
    SIGN = "sign", _("Skriv under")
    EXPEDITE = "expedite", _("Expediera")
    PUBLISH = "publish", _("Publicera")
    REPORT = "report", _("Anmäl till nämnden")


class AmountKind(models.TextChoices):
    CASH = "cash", _("Pengar")
    IN_KIND = "in_kind", _("Arbetstid")
    NONE = "none", _("Inget belopp")
