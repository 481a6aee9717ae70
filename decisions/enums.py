from django.db import models
from django.utils.translation import gettext_lazy as _


class DecisionKind(models.TextChoices):
    GRANT = "grant", _("Bifall till ansökan")
    REJECTION = "rejection", _("Avslag på ansökan")
    DISMISSAL = "dismissal", _("Avvisning av ansökan")
    PARTICIPATION = "participation", _("Deltagande och medfinansiering")
    CORRECTION = "correction", _("Rättelse av beslut")
    AMENDMENT = "amendment", _("Ändring eller upphävande av beslut")
    EXTENSION = "extension", _("Förlängning")
    PAYMENT_STOP = "payment_stop", _("Stoppad utbetalning")
    RECOVERY = "recovery", _("Återkrav")
    OTHER = "other", _("Annat beslut")


class Relation(models.TextChoices):
    """What a decision does with an earlier one, which itself never changes (FL 36–37 §§)."""

    CORRECTS = "corrects", _("Rättar")
    AMENDS = "amends", _("Ändrar")
    REVOKES = "revokes", _("Upphäver")
    EXTENDS = "extends", _("Förlänger")
    STOPS = "stops", _("Stoppar utbetalning enligt")
    RECOVERS = "recovers", _("Kräver tillbaka stöd enligt")

    @property
    def kind(self) -> DecisionKind:
        return _RELATION_LOOKS[self][0]

    @property
    def noun(self) -> str:
        """What the new decision's title begins with."""
        return _RELATION_LOOKS[self][1]

    @property
    def told(self) -> str:
        """What is told of the earlier decision, as in "Beslutet är rättat den … genom beslut …"."""
        return _RELATION_LOOKS[self][2]

    @property
    def button(self) -> str:
        """What the officer presses to begin."""
        return _RELATION_LOOKS[self][3]


_RELATION_LOOKS = {
    Relation.CORRECTS: (
        DecisionKind.CORRECTION, "Rättelse av beslut", "Beslutet är rättat", "Rätta beslutet"),
    Relation.AMENDS: (
        DecisionKind.AMENDMENT, "Ändring av beslut", "Beslutet är ändrat", "Ändra beslutet"),
    Relation.REVOKES: (
        DecisionKind.AMENDMENT, "Upphävande av beslut", "Beslutet är upphävt", "Upphäv beslutet"),
    Relation.EXTENDS: (
        DecisionKind.EXTENSION, "Förlängning", "Beslutet är förlängt", "Förläng"),
    Relation.STOPS: (
        DecisionKind.PAYMENT_STOP, "Stoppad utbetalning", "Utbetalningen är stoppad", "Stoppa utbetalning"),
    Relation.RECOVERS: (
        DecisionKind.RECOVERY, "Återkrav", "Stöd enligt beslutet är återkrävt", "Kräv tillbaka stöd"),
}  # fmt: skip


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


class PhraseSection(models.TextChoices):
    """Where in the decision a standard phrase is written."""

    TITLE = "title", _("Rubrik")
    BACKGROUND = "background", _("Ärendebeskrivning")
    POINT = "point", _("Beslutspunkt")
    REASONS = "reasons", _("Skäl för beslutet")


class VersionKind(models.TextChoices):
    """What made a version of a draft: a save, or a step that froze the text as it stood."""

    STARTED = "started", _("Påbörjat")
    FOUND = "found", _("Som texten stod när historiken började")
    SAVED = "saved", _("Sparat")
    PHRASE = "phrase", _("Standardfras tillagd")
    RESTORED = "restored", _("Tidigare version återställd")
    PROPOSED = "proposed", _("Skickat för underskrift")
    RETURNED = "returned", _("Skickat tillbaka")


class DraftPart(models.TextChoices):
    """What of a decision a comment is about, in the order of the document."""

    WHOLE = "whole", _("Hela beslutet")
    TITLE = "title", _("Rubrik")
    BACKGROUND = "background", _("Ärendebeskrivning")
    BASIS = "basis", _("Beslutsunderlag")
    DELEGATION = "delegation", _("Delegation och underskrift")
    REASONS = "reasons", _("Skäl för beslutet")
    POINT = "point", _("Beslutspunkt")
    AMOUNT = "amount", _("Belopp och period")
    PLAN = "plan", _("Finansieringsplan och stödnivå")
    TAKING_PART = "taking_part", _("Föredragande och deltagande")
    RECIPIENTS = "recipients", _("Utdrag till")


class EntryKind(models.TextChoices):
    """What somebody did in a thread of comments."""

    COMMENT = "comment", _("Kommentar")
    RESOLVED = "resolved", _("Markerade som klar")
    REOPENED = "reopened", _("Öppnade igen")


class SeatOffice(models.TextChoices):
    """What somebody is in a nämnd. A substitute reads the same lists as a member, and is none (KL 5:17)."""

    CHAIR = "chair", _("Ordförande")
    VICE_CHAIR = "vice_chair", _("Vice ordförande")
    MEMBER = "member", _("Ledamot")
    SUBSTITUTE = "substitute", _("Ersättare")

    @classmethod
    def of_members(cls) -> "tuple[SeatOffice, ...]":
        """Those who may decide what is urgent: ordföranden eller en annan ledamot (KL 6:39)."""
        return (cls.CHAIR, cls.VICE_CHAIR, cls.MEMBER)


class SecrecyOutcome(models.TextChoices):
    """What somebody found who tried whether a decision holds anything secret."""

    NONE = "none", _("Inget är hemligt")
    SOME = "some", _("Delar är hemliga")


class OrderStatus(models.TextChoices):
    """Whether the nämnd has adopted a delegation order. Whether it is in force follows from its dates."""

    DRAFT = "draft", _("Utkast")
    ADOPTED = "adopted", _("Antagen")


class AmountKind(models.TextChoices):
    CASH = "cash", _("Pengar")
    IN_KIND = "in_kind", _("Arbetstid")
    NONE = "none", _("Inget belopp")


class AppealRoute(models.TextChoices):
    """How a decision can be appealed, which also says what starts its clock: docs/adr/0012, anslaget."""

    NONE = "none", _("Får inte överklagas")
    BOARD = "board", _("Laglighetsprövning, tiden räknas från anslaget")
    SERVICE = "service", _("Förvaltningsbesvär, tiden räknas från delgivningen")


class FinalState(models.TextChoices):
    """How far a signed decision has come on the way to laga kraft. Never stored: it follows from dates."""

    UNREPORTED = "unreported", _("Inte anmält")
    ON_LIST = "on_list", _("Väntar på justering")
    UNPOSTED = "unposted", _("Anslag saknas")
    INTERRUPTED = "interrupted", _("Anslaget togs ned för tidigt")
    UNSERVED = "unserved", _("Inte delgivet alla parter")
    RUNNING = "running", _("Överklagandetiden löper")
    APPEALED = "appealed", _("Överklagat")
    ANNULLED = "annulled", _("Upphävt")
    FINAL = "final", _("Laga kraft")

    @property
    def color(self) -> str:
        return _STATE_LOOKS[self][0]

    @property
    def icon(self) -> str:
        return _STATE_LOOKS[self][1]

    @property
    def is_stuck(self) -> bool:
        """As it stands it never becomes final."""
        return self in (self.UNREPORTED, self.UNPOSTED, self.INTERRUPTED, self.UNSERVED)


_STATE_LOOKS = {
    FinalState.UNREPORTED: ("warning", "varning"),
    FinalState.ON_LIST: ("neutral", "klocka"),
    FinalState.UNPOSTED: ("warning", "varning"),
    FinalState.INTERRUPTED: ("danger", "varning"),
    FinalState.UNSERVED: ("warning", "varning"),
    FinalState.RUNNING: ("info", "klocka"),
    FinalState.APPEALED: ("warning", "dokument"),
    FinalState.ANNULLED: ("danger", "fel"),
    FinalState.FINAL: ("success", "bock-ring"),
}


class AppealStatus(models.TextChoices):
    RECEIVED = "received", _("Inkommet till regionen")
    AT_COURT = "at_court", _("Hos domstolen")
    DECIDED = "decided", _("Avgjort, inte slutligt")
    CLOSED = "closed", _("Slutligt avgjort")


class AppealAction(models.TextChoices):
    HAND_OVER = "hand_over", _("Lämna över till domstolen")
    NUMBER = "number", _("Ange målnummer")
    DISMISS = "dismiss", _("Avvisa som för sent inkommet")
    DECIDE = "decide", _("Registrera avgörandet")
    CLOSE = "close", _("Registrera att avgörandet har fått laga kraft")
    CANCEL = "cancel", _("Makulera, registrerat av misstag")


class AppealOutcome(models.TextChoices):
    REJECTED = "rejected", _("Överklagandet avslogs")
    ANNULLED = "annulled", _("Beslutet upphävdes")
    CHANGED = "changed", _("Beslutet ändrades")
    DISMISSED = "dismissed", _("Domstolen avvisade överklagandet")
    WRITTEN_OFF = "written_off", _("Målet avskrevs")
    LATE = "late", _("Regionen avvisade överklagandet som för sent")
    MISTAKE = "mistake", _("Registrerat av misstag")

    @classmethod
    def by_court(cls) -> list["AppealOutcome"]:
        return [cls.REJECTED, cls.ANNULLED, cls.CHANGED, cls.DISMISSED, cls.WRITTEN_OFF]


class BatchAction(models.TextChoices):
    """A step that is asked for in many decisions at once, and taken in each by itself."""

    DRAFT = "draft", _("Skapa utkast")
    PROPOSE = "propose", _("Skicka för underskrift")
    SIGN = "sign", _("Skriva under")
    EXPEDITE = "expedite", _("Expediera")


class StepState(models.TextChoices):
    WAITING = "waiting", _("Väntar")
    DONE = "done", _("Klart")
    FAILED = "failed", _("Gick inte")


class AddresseeKind(models.TextChoices):
    """Who gets the decision. A party reads all of it, whatever is secret (OSL 10:3 st. 2)."""

    PARTY = "party", _("Part")
    INTERNAL = "internal", _("Inom regionen")
    OTHER = "other", _("Annan mottagare")


class DispatchWay(models.TextChoices):
    """How a decision goes to somebody. ``EARLIER``: sent out before each recipient had a line of its own,
    when nobody noted how."""

    MAIL = "mail", _("Mejl med beslutet som pdf")
    LINK = "link", _("Mejl med länk som kräver inloggning")
    POST = "post", _("Brev")
    HAND = "hand", _("Överlämnat")
    EARLIER = "earlier", _("På annat sätt")

    @property
    def by_mail(self) -> bool:
        """Sent from here; the others are done by hand and noted."""
        return self in (self.MAIL, self.LINK)

    @property
    def told(self) -> str:
        """As in "skickat med mejl till …"."""
        return _WAYS_TOLD[self]


_WAYS_TOLD = {
    DispatchWay.MAIL: "med mejl",
    DispatchWay.LINK: "med länk i mejl",
    DispatchWay.POST: "med brev",
    DispatchWay.HAND: "för hand",
    DispatchWay.EARLIER: "på annat sätt",
}


class DispatchStepKind(models.TextChoices):
    """What is noted of a dispatch afterwards."""

    RETURNED = "returned", _("Kom i retur")
    UNDONE = "undone", _("Ångrat")


class DispatchState(models.TextChoices):
    """How far a decision has come to one recipient. Never stored: it follows from the rows."""

    UNSENT = "unsent", _("Inte skickat")
    TO_DO = "to_do", _("Ska skickas för hand")
    QUEUED = "queued", _("I kö")
    LEFT = "left", _("Skickat")
    OPENED = "opened", _("Öppnat")
    POSTED = "posted", _("Skickat med brev")
    HANDED = "handed", _("Överlämnat")
    EARLIER = "earlier", _("Skickat på annat sätt")
    FAILED = "failed", _("Kom inte fram")
    STOPPED = "stopped", _("Stoppat")
    RETURNED = "returned", _("Kom i retur")
    UNDONE = "undone", _("Ångrat")

    @property
    def color(self) -> str:
        return _DISPATCH_LOOKS[self][0]

    @property
    def icon(self) -> str:
        return _DISPATCH_LOOKS[self][1]

    @property
    def needs_somebody(self) -> bool:
        """The recipient has not got the decision, and nothing happens by itself."""
        return self in (
            self.UNSENT, self.TO_DO, self.FAILED, self.STOPPED, self.RETURNED, self.UNDONE,
        )  # fmt: skip

    @property
    def went_wrong(self) -> bool:
        return self in (self.FAILED, self.STOPPED, self.RETURNED)


_DISPATCH_LOOKS = {
    DispatchState.UNSENT: ("neutral", "kuvert"),
    DispatchState.TO_DO: ("warning", "kuvert"),
    DispatchState.QUEUED: ("info", "klocka"),
    DispatchState.LEFT: ("success", "bock-ring"),
    DispatchState.OPENED: ("success", "bock-ring"),
    DispatchState.POSTED: ("success", "bock-ring"),
    DispatchState.HANDED: ("success", "bock-ring"),
    DispatchState.EARLIER: ("neutral", "kuvert"),
    DispatchState.FAILED: ("danger", "fel"),
    DispatchState.STOPPED: ("warning", "varning"),
    DispatchState.RETURNED: ("danger", "fel"),
    DispatchState.UNDONE: ("warning", "varning"),
}
