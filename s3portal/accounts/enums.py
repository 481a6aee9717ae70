from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles of the region's own people (architecture: Roles)."""

    OFFICER = "officer", _("Handläggare")
    DELEGATE = "delegate", _("Delegat")
    REGISTRAR = "registrar", _("Registrator")
    COMMITTEE_MEMBER = "committee_member", _("Ledamot")
    ASSESSOR = "assessor", _("Bedömare")
    ADMIN = "admin", _("Administratör")


class MembershipRole(models.TextChoices):
    OWNER = "owner", _("Ägare")
    EDITOR = "editor", _("Redaktör")
    SIGNATORY = "signatory", _("Firmatecknare")

    @classmethod
    def writers(cls) -> frozenset[str]:
        return frozenset({cls.OWNER.value, cls.EDITOR.value})
