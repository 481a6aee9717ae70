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


class LegalForm(models.TextChoices):
    """What kind of legal person an organisation is."""

    LIMITED_COMPANY = "limited_company", _("Aktiebolag")
    ECONOMIC_ASSOCIATION = "economic_association", _("Ekonomisk förening")
    NON_PROFIT = "non_profit", _("Ideell förening")
    FOUNDATION = "foundation", _("Stiftelse")
    PARTNERSHIP = "partnership", _("Handelsbolag eller kommanditbolag")
    MUNICIPALITY = "municipality", _("Kommun eller kommunalförbund")
    REGION = "region", _("Region")
    STATE = "state", _("Statlig myndighet eller statligt lärosäte")
    FOREIGN = "foreign", _("Utländskt företag")
    OTHER = "other", _("Annan form")

    @classmethod
    def suggested(cls, digits: str) -> "tuple[LegalForm, ...]":
        """The forms that the first digit of an organisation number allows, the likeliest first (SKV 709)."""
        return {
            "2": (cls.MUNICIPALITY, cls.REGION, cls.STATE),
            "3": (cls.FOREIGN,),
            "5": (cls.LIMITED_COMPANY,),
            "7": (cls.ECONOMIC_ASSOCIATION,),
            "8": (cls.NON_PROFIT, cls.FOUNDATION),
            "9": (cls.PARTNERSHIP,),
        }.get(digits[:1], (cls.OTHER,))
