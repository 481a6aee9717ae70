from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How the requester gets the copies."""

    LINK = "link", _("På den här webbplatsen, med e-post när det är klart")
    HERE = "here", _("På den här webbplatsen, jag tittar själv efter")
    PICKUP = "pickup", _("Jag hämtar dem hos er")


class RequestStatus(models.TextChoices):
    WAITING = "waiting", _("Väntar på prövning")
    RELEASED = "released", _("Utlämnad i sin helhet")
    MASKED = "masked", _("Utlämnad med maskning")
    REFUSED = "refused", _("Avslagen")
    CLOSED = "closed", _("Avslutad utan prövning")

    @property
    def color(self) -> str:
        return {"waiting": "info", "refused": "warning", "closed": "neutral"}.get(self.value, "success")

    @property
    def icon(self) -> str:
        return {"waiting": "klocka", "refused": "fel", "closed": "fel"}.get(self.value, "bock-ring")


class Step(models.TextChoices):
    """What the region does with a request; the values are in the addresses."""

    RELEASE = "lamna-ut", _("Lämna ut i sin helhet")
    MASK = "maskera", _("Lämna ut med maskning")
    REFUSE = "avsla", _("Avslå")
    CLOSE = "avsluta", _("Avsluta utan prövning")
