"""What stood in words becomes values: the planned decision, the grant period, whom to ask, how to attend."""

import re
from typing import Any

from django.db import migrations

from calls.planned import parse_planned_decision
from s3portal.common.errors import Refusal

NUMBERS = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio")


def months_of(words: str) -> int | None:
    """ "Ett år" → 12, "18 månader" → 18; None for what cannot be read."""
    match = re.search(r"(\d+|" + "|".join(NUMBERS) + r")\s+(år|månad)", words.casefold())
    if match is None:
        return None
    number = int(match[1]) if match[1].isdigit() else NUMBERS.index(match[1])
    return number * (12 if match[2] == "år" else 1) or None


def to_values(apps: Any, schema_editor: Any) -> None:
    for call in apps.get_model("calls", "Call").objects.all():
        notes = []
        try:
            planned = parse_planned_decision(call.decision_planned)
        except Refusal:
            notes.append(f"Planerat beslut: {call.decision_planned}")
        else:
            call.decision_timing, call.decision_on = planned.timing, planned.on
        call.grant_months = months_of(call.grant_period)
        call.extension_possible = "förläng" in call.grant_period.casefold()
        if call.grant_period and call.grant_months is None:
            notes.append(f"Stödperiod: {call.grant_period}")
        # What could not be read is kept where the officers see it.
        call.internal_notes = "\n".join(notes)
        call.save(
            update_fields=[
                "decision_timing", "decision_on", "grant_months", "extension_possible", "internal_notes",
            ]
        )  # fmt: skip
        if call.contact_name or call.contact_email or call.contact_phone:
            call.contacts.create(
                order=1, name=call.contact_name, email=call.contact_email, phone=call.contact_phone
            )
    for meeting in apps.get_model("calls", "Meeting").objects.all():
        by_link = bool(meeting.link or meeting.dial_in_number or meeting.video_address)
        in_room = bool(meeting.place) and not re.search("teams|digital|zoom", meeting.place, re.IGNORECASE)
        meeting.attendance = "link" if not in_room else "both" if by_link or meeting.room_full else "room"
        meeting.save(update_fields=["attendance"])


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_calls_whole")]

    operations = [migrations.RunPython(to_values, migrations.RunPython.noop)]
