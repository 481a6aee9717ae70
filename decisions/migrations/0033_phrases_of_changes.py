"""The registrar keeps the wording of decisions on earlier ones too, which was in the code; and what the region
says when it takes part in a project (as in its own decisions of 2022 and 2024)."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

from decisions.phrase_seeds import Seed, plant

EARLIER = "beslutet den {beslutsdag}, {beslut}"
BACKGROUND = f"Det här är vad {{region}} beslutade i {EARLIER}:\n\n{{beslutspunkter}}"
THE_REST = "I övrigt gäller beslutet som det är."
#: Per kind and what it does: what the title begins with, the first point, what is left to write, the last point.
CHANGES = (
    ("correction", "", "Rättelse av beslut", "rättar en uppenbar felaktighet i", "Vad som rättas", THE_REST),
    ("amendment", "amends", "Ändring av beslut", "ändrar", "Vad som ändras", THE_REST),
    ("amendment", "revokes", "Upphävande av beslut", "upphäver", "", ""),
    ("extension", "", "Förlängning", "förlänger", "Vad som förlängs", THE_REST),
    (
        "payment_stop",
        "",
        "Stoppad utbetalning",
        "betalar tills vidare inte ut mer stöd enligt",
        "Hur länge utbetalningen är stoppad",
        "",
    ),
    ("recovery", "", "Återkrav", "kräver tillbaka stöd enligt", "Vad som ska betalas tillbaka", ""),
)


def _of_change(change: tuple[str, ...]) -> list[Seed]:
    kind, relation, title, verb, own, rest = change
    phrases = [
        ("title", "Rubrik", f"{title}: {{beslutsrubrik}}"),
        ("background", "Det tidigare beslutet", BACKGROUND),
        ("point", "Vad beslutet gör", f"{{region}} {verb} {EARLIER}."),
        ("point", own, "{egen text}"),
        ("point", "Det som fortsätter att gälla", rest),
    ]
    # The two of one kind must have names of their own.
    told = {"amends": ", ändring", "revokes": ", upphävande"}.get(relation, "")
    return [
        Seed(kind, section, f"{name}{told}", text, relation=relation)
        for section, name, text in phrases
        if name and text
    ]


PARTICIPATION = (
    Seed(
        "participation",
        "point",
        "Deltagande med arbetstid",
        "{region} deltar i och medfinansierar projektet {projektnamn} med arbetstid motsvarande {belopp} under "
        "perioden {start} till {slut}.",
        in_drafts=False,
    ),
    Seed(
        "participation",
        "point",
        "Medfinansiering med pengar",
        "{region} deltar i och medfinansierar projektet {projektnamn} med högst {belopp} under perioden {start} "
        "till {slut}.",
        in_drafts=False,
    ),
    Seed(
        "participation",
        "point",
        "Finansiering",
        "Finansiering sker inom ram för [område saknas].",
        in_drafts=False,
    ),
)


#: Before this there is no column for what only amends or only revokes. Backwards it is kept beside the codes of the
#: legal bases: no basis has such a code, so no draft begins with the phrase until it is read back.
_KEPT = {"@amends": "amends", "@revokes": "revokes"}


def keep_relations(apps: Any, schema_editor: Any) -> None:
    for phrase in apps.get_model("decisions", "StandardPhrase").objects.exclude(relation=""):
        phrase.only_under = f"{phrase.only_under} @{phrase.relation}".strip()
        phrase.save(update_fields=["only_under"])
    # The table is altered next, and waits for no check of these rows.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _read_back(apps: Any) -> None:
    for phrase in apps.get_model("decisions", "StandardPhrase").objects.filter(only_under__contains="@"):
        *codes, last = phrase.only_under.split()
        if last in _KEPT:
            phrase.only_under, phrase.relation = " ".join(codes), _KEPT[last]
            phrase.save(update_fields=["only_under", "relation"])


def of_changes(apps: Any, _schema_editor: Any) -> None:
    _read_back(apps)
    plant(apps, [seed for change in CHANGES for seed in _of_change(change)])
    plant(apps, PARTICIPATION)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0032_appeal_by_party")]

    operations = [
        migrations.AddField(
            model_name="standardphrase",
            name="relation",
            field=models.CharField(
                blank=True,
                choices=[
                    ("corrects", "Rättar"),
                    ("amends", "Ändrar"),
                    ("revokes", "Upphäver"),
                    ("extends", "Förlänger"),
                    ("stops", "Stoppar utbetalning enligt"),
                    ("recovers", "Kräver tillbaka stöd enligt"),
                ],
                default="",
                max_length=10,
                verbose_name="bara i beslut som",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="standardphrase",
            constraint=models.CheckConstraint(
                condition=Q(relation="") | Q(kind="amendment", relation__in=["amends", "revokes"]),
                name="phrase_amends_or_revokes",
            ),
        ),
        migrations.RunPython(of_changes, keep_relations),
    ]
