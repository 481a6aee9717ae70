from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationStatus(models.TextChoices):
    DRAFT = "draft", _("Utkast")
    CHANGING = "changing", _("Komplettering som skrivs")
    SUBMITTED = "submitted", _("Inkommen")
    SUPPLEMENT = "supplement", _("Kompletteras")
    ASSESSED = "assessed", _("Granskad")
    GRANTED = "granted", _("Beviljad")
    REJECTED = "rejected", _("Avslagen")
    DISMISSED = "dismissed", _("Avvisad")
    WITHDRAWN = "withdrawn", _("Återkallad")
    REPLACED = "replaced", _("Ersatt")
    DISCARDED = "discarded", _("Borttaget utkast")

    @classmethod
    def unsent(cls) -> "tuple[ApplicationStatus, ...]":
        """Technical storage of the applicant's own, which nobody at the region reads (TF 2:13)."""
        return (cls.DRAFT, cls.CHANGING, cls.DISCARDED)

    @classmethod
    def written(cls) -> "tuple[ApplicationStatus, ...]":
        """The applicant may change what stands in it."""
        return (cls.DRAFT, cls.CHANGING)

    @classmethod
    def open(cls) -> "tuple[ApplicationStatus, ...]":
        """Received, no decision yet."""
        return (cls.SUBMITTED, cls.SUPPLEMENT, cls.ASSESSED)

    @classmethod
    def closed(cls) -> "tuple[ApplicationStatus, ...]":
        """Received and finished."""
        return (*cls.decided(), cls.WITHDRAWN)

    @classmethod
    def decided(cls) -> "tuple[ApplicationStatus, ...]":
        """A signed decision has ended it."""
        return (cls.GRANTED, cls.REJECTED, cls.DISMISSED)


class ApplicationAction(models.TextChoices):
    """The steps of an application's life; ``transitions.ALLOWED`` says which may follow which."""

    SAVE = "save", _("Spara")
    DISCARD = "discard", _("Ta bort")
    RESTORE = "restore", _("Ångra borttagningen")
    DELETE = "delete", _("Ta bort för gott")
    SUBMIT = "submit", _("Skicka in")
    WITHDRAW = "withdraw", _("Återkalla")
    REPLACE = "replace", _("Ersätt med en ny")
    ASK = "ask", _("Begär komplettering")
    POSTPONE = "postpone", _("Ge mer tid att komplettera")
    ANSWER = "answer", _("Komplettera")
    STOP_ASKING = "stop_asking", _("Avsluta kompletteringen utan svar")
    LAY_ASIDE = "lay_aside", _("Lägg undan kompletteringen")
    ASSESS = "assess", _("Markera som granskad")
    REVIEW_AGAIN = "review_again", _("Öppna granskningen igen")
    GRANT = "grant", _("Bevilja")
    REJECT = "reject", _("Avslå")
    DISMISS = "dismiss", _("Avvisa")
    REOPEN = "reopen", _("Pröva igen")


class SupplementEnd(models.TextChoices):
    """How a request ended that was not answered."""

    TAKEN_BACK = "taken_back", _("Återtagen")
    UNANSWERED = "unanswered", _("Obesvarad")
    WITHDRAWN = "withdrawn", _("Ansökan återkallad")


class CostCategory(models.TextChoices):
    """Kostnadsslag. Indirect costs are computed from the call's flat rate, never typed."""

    PERSONNEL = "personnel", _("Personal")
    EXTERNAL_SERVICES = "external_services", _("Externa tjänster")
    TRAVEL = "travel", _("Resor och logi")
    MATERIAL = "material", _("Material och lokaler")
    INCOME = "income", _("Intäkter")


class FinancingKind(models.TextChoices):
    CASH = "cash", _("Kontant")
    IN_KIND = "in_kind", _("Arbetad tid")
    OTHER_IN_KIND = "other_in_kind", _("Annat än pengar")


class FinancingSource(models.TextChoices):
    PRIVATE = "private", _("Privat")
    STATE = "state", _("Statlig")
    REGIONAL = "regional", _("Regional")
    MUNICIPAL = "municipal", _("Kommunal")
    EU = "eu", _("EU")


class RecusalGround(models.TextChoices):
    """The answer to the question of jäv: none, or which ground (KL 6:28, for employees 7:4)."""

    NONE = "none", _("Inget jäv")
    PARTY = "party", _("Saken angår mig själv")
    RELATIVE = "relative", _("Saken angår någon som står mig nära")
    REPRESENTATIVE = "representative", _("Jag företräder eller har varit ombud för sökanden")
    SUPERVISION = "supervision", _("Saken rör tillsyn över verksamhet som jag är knuten till")
    OTHER = "other", _("Något annat kan rubba förtroendet för min opartiskhet")


class AssessmentStatus(models.TextChoices):
    DRAFT = "draft", _("Påbörjad")
    SUBMITTED = "submitted", _("Lämnad")
    ABSTAINED = "abstained", _("Avstår")
    RECUSED = "recused", _("Jäv")

    @classmethod
    def own_is_in(cls) -> "tuple[AssessmentStatus, ...]":
        """The assessor has said their word and may see the others'."""
        return (cls.SUBMITTED, cls.ABSTAINED)


class AssessmentAction(models.TextChoices):
    """The steps of an assessment; ``transitions.ASSESSMENT_ALLOWED`` says which may follow which."""

    SAVE = "save", _("Spara")
    SUBMIT = "submit", _("Lämna bedömning")
    ABSTAIN = "abstain", _("Avstå")
    REOPEN = "reopen", _("Öppna igen")
    RECUSE = "recuse", _("Anmäl jäv")


class AssignmentEnd(models.TextChoices):
    """Why an assessor no longer has an application."""

    REMOVED = "removed", _("Borttagen")
    RECUSED = "recused", _("Jäv")


class EligibilityResult(models.TextChoices):
    """What the portal itself found."""

    YES = "yes", _("Ja")
    NO = "no", _("Nej")
    UNKNOWN = "unknown", _("Kan inte avgöras")


class EligibilityJudgement(models.TextChoices):
    """What the officer found."""

    OK = "ok", _("Uppfyllt")
    NOT_OK = "not_ok", _("Inte uppfyllt")
    NOT_APPLICABLE = "not_applicable", _("Ej tillämpligt")


class DeclarationKind(models.TextChoices):
    """What an applicant declares by name. ``applications.aid.asked_declarations`` says which a basis asks."""

    CORRECT = "correct", _("Uppgifterna i ansökan är riktiga.")
    NOT_STARTED = "not_started", _("Arbetet med projektet har inte börjat.")
    NO_RECOVERY = (
        "no_recovery",
        _("Vi har inte kvar att betala tillbaka stöd som EU-kommissionen har krävt tillbaka."),
    )
    NOT_IN_DIFFICULTY = "not_in_difficulty", _("Organisationen är inte i ekonomiska svårigheter.")
    SINGLE_UNDERTAKING = (
        "single_undertaking",
        _("Uppgifterna om försumbart stöd gäller alla företag som räknas som ett enda företag med oss."),
    )


class AttachmentKind(models.TextChoices):
    """What a file is sent along as."""

    REQUESTED = "requested", _("Begärd bilaga")
    ANSWER = "answer", _("Svar på fråga")
    FINANCING = "financing", _("Intyg om medfinansiering")
    AUTHORITY = "authority", _("Fullmakt eller bevis på behörighet")
    OTHER = "other", _("Annan bilaga")

    @classmethod
    def free(cls) -> "tuple[AttachmentKind, ...]":
        """Those that an applicant may send without being asked."""
        return (cls.FINANCING, cls.AUTHORITY, cls.OTHER)


class Municipality(models.TextChoices):
    """Where a project is carried out: Jämtlands län by the municipality (SCB's codes), and all else as one.

    A region of another county has its own here, and makes a migration of the change."""

    BERG = "2326", _("Berg")
    BRACKE = "2305", _("Bräcke")
    HARJEDALEN = "2361", _("Härjedalen")
    KROKOM = "2309", _("Krokom")
    RAGUNDA = "2303", _("Ragunda")
    STROMSUND = "2313", _("Strömsund")
    ARE = "2321", _("Åre")
    OSTERSUND = "2380", _("Östersund")
    ELSEWHERE = "annan", _("Annan kommun, utanför länet")


class RankingStatus(models.TextChoices):
    OPEN = "open", _("Pågår")
    LOCKED = "locked", _("Låst")


class Proposal(models.TextChoices):
    """What the ranking proposes to who decides."""

    GRANT = "grant", _("Bevilja")
    RESERVE = "reserve", _("Reserv")
    REJECT = "reject", _("Avslå")
