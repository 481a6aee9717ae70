"""The wording that drafts began with before the registrar kept it, and phrases to add to a grant: what
9 § förordning (2003:596) asks a decision on support to say, as it is usually written."""

from typing import Any

from django.db import migrations

from decisions.phrase_seeds import Seed, plant

ORDINANCE = "2003:596"
PARTY = "{sökande}, org.nr {orgnr},"
BACKGROUND = (
    (
        "Vad ansökan gäller",
        (
            f"{PARTY} har ansökt om {{sökt belopp}} till projektet {{projekt}} inom utlysningen {{utlysning}}. "
            "Projektets totala kostnad är {total kostnad}."
        ),
    ),
    ("När ansökan kom in", "Ansökan kom in den {inkom}."),
    ("Ansökans sammanfattning", "{sammanfattning}"),
)
TITLES = {
    "grant": "Bidrag till projekt: {projekt}",
    "rejection": "Avslag på ansökan om bidrag till projekt: {projekt}",
    "dismissal": "Avvisning av ansökan om bidrag till projekt: {projekt}",
    "other": "Projekt: {projekt}",
}
SEEDS = (
    *(Seed(kind, "title", "Rubrik", title) for kind, title in TITLES.items()),
    *(Seed(kind, "background", name, text) for kind in TITLES for name, text in BACKGROUND),
    Seed(
        "grant",
        "point",
        "Bidraget",
        f"{{region}} beviljar {PARTY} {{andel}} av godkända kostnader i projektet {{projekt}}, dock högst "
        "{belopp}.",
    ),
    Seed(
        "grant",
        "point",
        "Projektets period",
        "Projektet får påbörjas tidigast {start} och avslutas senast {slut}.",
    ),
    Seed("grant", "point", "Finansiering", "Finansiering sker inom ramen för utlysningen {utlysning}."),
    Seed(
        "rejection",
        "point",
        "Avslaget",
        f"{{region}} avslår ansökan från {PARTY} om bidrag till projektet {{projekt}}.",
    ),
    Seed(
        "dismissal",
        "point",
        "Avvisningen",
        f"{{region}} avvisar ansökan från {PARTY} om bidrag till projektet {{projekt}}.",
    ),
    # What förordning (2003:596) 9 § asks for beside the grant itself.
    Seed(
        "grant",
        "point",
        "Villkor",
        "Villkor för stödet är att projektet genomförs enligt ansökan, att dess kostnader bokförs skilda "
        "från annan verksamhet och att väsentliga ändringar godkänns innan de görs.",
        only_under=ORDINANCE,
    ),
    Seed(
        "grant",
        "point",
        "Uppföljning och utvärdering",
        "Projektet följs upp genom de ansökningar om utbetalning och lägesrapporter som lämnas under "
        "projekttiden, och utvärderas i slutrapporten.",
        only_under=ORDINANCE,
    ),
    Seed(
        "grant",
        "point",
        "Slutrapport",
        "Slutrapport lämnas senast två månader efter att projektet har avslutats.",
        only_under=ORDINANCE,
    ),
    Seed(
        "grant",
        "point",
        "Slutrapport med datum",
        "Slutrapport lämnas senast {slutrapport}.",
        in_drafts=False,
    ),
    Seed(
        "grant",
        "point",
        "Information om stödet",
        "{sökande} anger {region} som finansiär när projektet presenteras offentligt.",
        in_drafts=False,
    ),
)


def first(apps: Any, _schema_editor: Any) -> None:
    plant(apps, SEEDS)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0017_standard_phrases")]

    operations = [migrations.RunPython(first, migrations.RunPython.noop)]
