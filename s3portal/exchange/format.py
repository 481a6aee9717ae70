"""The exchange format, version 1: every field of every kind. ``docs/import.md`` explains it with examples."""

from calls.enums import AppealRule, Attendance, CallStatus, MeetingKind, RegistrationRule
from calls.planned import PlannedDecision, parse_planned_decision
from decisions.enums import AmountKind, DecisionKind
from s3portal.exchange.reading import (
    address,
    choice,
    day,
    diary_number,
    email,
    euro_rate,
    kronor,
    line_of,
    link,
    moment,
    percent,
    period,
    positive_kronor,
    prose,
    whole_number,
    yes_or_no,
)
from s3portal.exchange.shapes import Field, Group, Many, Value

VERSION = "1"

YEAR = whole_number(1900, 2199)
COLORS = {color: color for color in ("mossa", "ljung", "hjortron", "sjo")}
ICONS = {icon: icon for icon in ("jord", "upplevelser", "energi", "digital")}
APPEAL_RULES = {
    "laglighetsprövning": AppealRule.LEGALITY_REVIEW,
    "får inte överklagas": AppealRule.NOT_APPEALABLE,
    "bara stopp och återkrav": AppealRule.STOP_AND_RECOVERY_ONLY,
}
CALL_STATUSES = {
    "utkast": CallStatus.DRAFT,
    "publicerad": CallStatus.PUBLISHED,
    "avslutad": CallStatus.CONCLUDED,
}
OVERHEADS = {"0": 0, "15": 15, "40": 40}
MEETING_KINDS = {
    "informationsmöte": MeetingKind.INFORMATION,
    "dialogmöte": MeetingKind.DIALOGUE,
    "vision": MeetingKind.VISION,
    "mobilisering": MeetingKind.MOBILISATION,
    "möte": MeetingKind.OTHER,
}
REGISTRATION_RULES = {
    "behövs inte": RegistrationRule.NOT_NEEDED,
    "i portalen": RegistrationRule.OPEN,
    "med e-post": RegistrationRule.BY_MAIL,
    "stängd": RegistrationRule.CLOSED,
}
ATTENDANCES = {"i lokalen": Attendance.ROOM, "via länk": Attendance.LINK, "båda": Attendance.BOTH}
DECISION_KINDS = {
    "bifall": DecisionKind.GRANT,
    "avslag": DecisionKind.REJECTION,
    "deltagande": DecisionKind.PARTICIPATION,
    "annat": DecisionKind.OTHER,
}
AMOUNT_KINDS = {"pengar": AmountKind.CASH, "arbetstid": AmountKind.IN_KIND, "inget": AmountKind.NONE}


def text(key: str, name: str, most: int, *, required: bool = False) -> Field:
    """A line of text; empty when left out."""
    return Field(key, name, Value(line_of(most)), required, "")


def long(key: str, name: str, *, required: bool = False) -> Field:
    """Text in restricted Markdown; empty when left out."""
    return Field(key, name, Value(prose), required, "")


def flag(key: str, name: str, *, default: bool) -> Field:
    return Field(key, name, Value(yes_or_no), default=default)


AREA = Group(
    (
        Field("adress", "slug", Value(address), required=True),
        text("namn", "name", 100, required=True),
        text("sammanfattning", "summary", 300, required=True),
        long("text", "text"),
        Field("färg", "color", Value(choice(COLORS)), required=True),
        Field("symbol", "icon", Value(choice(ICONS)), required=True),
    )
)
STRATEGY = Group(
    (
        text("namn", "name", 200, required=True),
        Field("första_år", "first_year", Value(YEAR), required=True),
        Field("sista_år", "last_year", Value(YEAR), required=True),
        Field("styrkeområden", "areas", Many(AREA), default=()),
    )
)
LEGAL_BASIS = Group(
    (
        Field("kod", "code", Value(address), required=True),
        text("namn", "name", 300, required=True),
        Field("gäller_från", "valid_from", Value(day), required=True),
        Field("gäller_till", "valid_to", Value(day)),
        Field("överklagande", "appeal_rule", Value(choice(APPEAL_RULES)), required=True),
        Field("högsta_stödnivå", "max_aid_percent", Value(percent)),
        flag("statligt_stöd", "state_aid_allowed", default=False),
        flag("samtycke_till_publicering", "publication_consent_required", default=False),
        flag("ansökan_före_start", "apply_before_start", default=False),
        Field("försumbart_stöd_högst", "de_minimis_ceiling_eur", Value(whole_number(1, 100_000_000))),
        long("med_enkla_ord", "plain_words"),
        text("källa", "source", 300),
    )
)
EURO_RATE = Group(
    (
        Field("gäller_från", "valid_from", Value(day), required=True),
        Field("kronor_per_euro", "sek_per_euro", Value(euro_rate), required=True),
        text("källa", "source", 300, required=True),
    )
)
COMMITTEE = Group(
    (Field("adress", "slug", Value(address), required=True), text("namn", "name", 150, required=True))
)
DELEGATE = Group(
    (
        Field("e-post", "email", Value(email), required=True),
        text("befattning", "office", 150, required=True),
        flag("tillförordnad", "acting", default=False),
        flag("förvaltningschef", "is_head", default=False),
        text("egen_budget", "budget", 200),
        Field("från", "valid_from", Value(day)),
        Field("till", "valid_to", Value(day)),
        Field("vidaredelegerad_av", "delegated_by", Value(email), default=""),
    )
)
CLAUSE = Group(
    (
        text("nummer", "number", 20, required=True),
        long("ärende", "text", required=True),
        Field("slag", "kinds", Many(Value(choice(DECISION_KINDS))), required=True),
        Field("tak", "ceiling", Value(positive_kronor)),
        flag("taket_ingår", "ceiling_included", default=False),
        flag("egen_budget", "own_budget", default=False),
        flag("vidaredelegation", "sub_delegation", default=False),
        flag("anmäls", "reportable", default=True),
        flag("brådskande", "urgent", default=False),
        Field("delegater", "delegates", Many(DELEGATE), default=()),
    )
)
DELEGATION_ORDER = Group(
    (
        Field("nämnd", "committee", Value(address), required=True),
        text("rubrik", "title", 300, required=True),
        text("mandatperiod", "period", 20, required=True),
        text("antagen", "adopted", 200),
        Field("antagen_den", "adopted_on", Value(day)),
        Field("gäller_från", "valid_from", Value(day), required=True),
        Field("gäller_till", "valid_to", Value(day), required=True),
        Field("punkter", "clauses", Many(CLAUSE), required=True),
    )
)
CRITERION = Group(
    (
        text("rubrik", "title", 150, required=True),
        long("text", "text", required=True),
        Field("vikt", "weight", Value(whole_number(1, 100))),
        Field("högsta_poäng", "max_score", Value(whole_number(2, 10)), default=5),
    )
)
CONTACT = Group(
    (
        text("namn", "name", 150),
        Field("e-post", "email", Value(email), default=""),
        text("telefon", "phone", 30),
    )
)
CALL = Group(
    (
        Field("adress", "slug", Value(address), required=True),
        text("rubrik", "title", 200, required=True),
        text("rubrik_på_startsidan", "headline", 200),
        long("ingress", "summary", required=True),
        long("text", "text", required=True),
        long("vem_kan_söka", "who_may_apply"),
        Field("styrkeområden", "areas", Many(Value(address)), required=True),
        Field("rättslig_grund", "legal_basis", Value(address), required=True),
        Field("ram", "frame", Value(positive_kronor), required=True),
        Field("lägsta_belopp", "min_amount", Value(kronor)),
        Field("högsta_belopp", "max_amount", Value(kronor)),
        Field("högsta_stödnivå", "max_aid_percent", Value(percent), required=True),
        Field("indirekta_kostnader", "overhead_percent", Value(choice(OVERHEADS)), default=0),
        Field("öppnar", "opens_at", Value(moment), required=True),
        Field("stänger", "closes_at", Value(moment), required=True),
        Field(
            "planerat_beslut", "decision_planned", Value(parse_planned_decision), default=PlannedDecision()
        ),
        Field("tidigaste_start", "earliest_start", Value(day)),
        Field("senaste_slut", "latest_end", Value(day)),
        Field("stödperiod_månader", "grant_months", Value(whole_number(1, 120))),
        flag("kan_förlängas", "extension_possible", default=False),
        flag("brev_om_medfinansiering", "letters_required", default=False),
        Field("status", "status", Value(choice(CALL_STATUSES)), required=True),
        Field("publicerad", "published_at", Value(moment)),
        Field("kontakter", "contacts", Many(CONTACT), default=()),
        text("diarieprefix", "diary_prefix", 10, required=True),
        Field("kriterier", "criteria", Many(CRITERION), default=()),
    )
)
SERIES = Group(
    (
        Field("adress", "slug", Value(address), required=True),
        text("rubrik", "title", 200, required=True),
        long("inbjudan", "text"),
    )
)
MEETING = Group(
    (
        Field("nyckel", "import_key", Value(address), required=True),
        Field("slag", "kind", Value(choice(MEETING_KINDS)), required=True),
        text("rubrik", "title", 200, required=True),
        long("text", "text"),
        Field("serie", "series", Value(address), default=""),
        Field("utlysning", "call", Value(address), default=""),
        Field("styrkeområde", "area", Value(address), default=""),
        Field("börjar", "starts_at", Value(moment), required=True),
        Field("slutar", "ends_at", Value(moment), required=True),
        text("plats", "place", 300),
        Field("länk", "link", Value(link), default=""),
        text("telefon", "dial_in_number", 50),
        text("telefonkonferens-id", "conference_id", 50),
        text("videokonferens", "video_address", 100),
        text("videokonferens-id", "video_id", 50),
        long("program", "programme"),
        Field(
            "anmälan", "registration", Value(choice(REGISTRATION_RULES)), default=RegistrationRule.NOT_NEEDED
        ),
        Field("anmälan_till", "registration_email", Value(email), default=""),
        flag("fullsatt_i_lokalen", "room_full", default=False),
        Field("deltagande", "attendance", Value(choice(ATTENDANCES)), default=Attendance.BOTH),
        Field("platser_i_lokalen", "capacity", Value(whole_number(1, 100_000))),
        text("mat", "meals", 300),
    )
)
PROJECT = Group(
    (
        Field("adress", "slug", Value(address), required=True),
        text("namn", "title", 200, required=True),
        text("underrubrik", "subtitle", 300),
        text("projektägare", "owner", 200, required=True),
        text("projektledare", "leader", 150),
        long("samarbetspartners", "partners"),
        Field("projektbudget", "budget", Value(kronor)),
        Field("projektperiod", "period", Value(period)),
        Field("webbplatser", "websites", Many(Value(line_of(200))), default=()),
        long("fördjupad_läsning", "further_reading"),
        long("projektbakgrund", "background"),
        long("syfte_och_mål", "aims"),
        long("aktiviteter", "activities"),
        long("förväntat_resultat", "expected_results"),
        long("på_engelska", "in_english"),
        flag("publicerat", "published", default=False),
    )
)
RECIPIENT = Group(
    (text("namn", "name", 200, required=True), Field("e-post", "email", Value(email), default=""))
)
DECISION = Group(
    (
        Field("diarienummer", "number", Value(diary_number), required=True),
        Field("nummer_i_ärendet", "number_in_case", Value(whole_number(1, 999)), default=1),
        Field("ärendet_öppnat", "case_opened_on", Value(day), required=True),
        text("motpart", "counterpart", 300),
        Field("slag", "kind", Value(choice(DECISION_KINDS)), required=True),
        text("rubrik", "title", 300, required=True),
        text("enhet", "unit", 150, required=True),
        text("handläggare", "case_officer_name", 150, required=True),
        text("handläggare_telefon", "case_officer_phone", 30),
        Field("handläggare_e-post", "case_officer_email", Value(email), required=True),
        Field("beslutsdatum", "decided_on", Value(day), required=True),
        long("ärendebeskrivning", "background", required=True),
        Field("beslutsunderlag", "basis_documents", Many(Value(line_of(300))), default=()),
        text("delegationsordning", "order_title", 300, required=True),
        text("punkt", "clause_number", 20, required=True),
        text("nämnd", "committee_name", 150),
        flag("anmäls", "reportable", default=True),
        long("skäl", "reasons"),
        Field("beslut", "points", Many(Value(prose)), required=True),
        Field("beloppets_slag", "amount_kind", Value(choice(AMOUNT_KINDS)), default=AmountKind.NONE),
        Field("belopp", "amount", Value(positive_kronor)),
        flag("högst", "amount_is_ceiling", default=False),
        Field("period", "period", Value(period)),
        text("beslutsfattare", "signatory_name", 150, required=True),
        text("beslutsfattarens_titel", "signatory_title", 150, required=True),
        text("föredragande", "presenter_name", 150),
        text("föredragandens_titel", "presenter_title", 150),
        Field("deltog_också", "also_present", Many(Value(line_of(300))), default=()),
        Field("utdrag_till", "recipients", Many(RECIPIENT), default=()),
        flag("publicerat", "published", default=False),
    )
)
FILE = Group(
    (
        Field("version", "version", Value(choice({VERSION: VERSION})), required=True),
        Field("strategier", "strategies", Many(STRATEGY), default=()),
        Field("rättsliga_grunder", "legal_bases", Many(LEGAL_BASIS), default=()),
        Field("eurokurser", "euro_rates", Many(EURO_RATE), default=()),
        Field("nämnder", "committees", Many(COMMITTEE), default=()),
        Field("delegationsordningar", "delegation_orders", Many(DELEGATION_ORDER), default=()),
        Field("utlysningar", "calls", Many(CALL), default=()),
        Field("mötesserier", "series", Many(SERIES), default=()),
        Field("möten", "meetings", Many(MEETING), default=()),
        Field("projekt", "projects", Many(PROJECT), default=()),
        Field("beslut", "decisions", Many(DECISION), default=()),
    )
)
