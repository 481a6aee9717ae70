"""The list of those who have registered, as files for spreadsheets."""

from collections.abc import Iterator

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from calls.models import Meeting, Participation
from calls.queries.officer_meetings import participant_rows, where_words
from s3portal.common import spreadsheets
from s3portal.common.spreadsheets import Sheet
from s3portal.common.swedish import format_isodate

HEADINGS = ("Namn", "Organisation", "E-post", "Deltar", "Önskemål om mat", "Deltog", "Anmäld")
_WIDTHS = (28, 32, 32, 30, 36, 8, 12)
_ATTENDED = {True: "Ja", False: "Nej", None: ""}


def _rows(meeting: Meeting) -> Iterator[tuple[str, ...]]:
    for participation in participant_rows(meeting=meeting).iterator(chunk_size=500):
        yield _row(participation)


def _row(participation: Participation) -> tuple[str, ...]:
    registration = participation.registration
    return (
        registration.name,
        registration.organisation,
        registration.email,
        where_words(participation),
        registration.meal_wishes,
        _ATTENDED[participation.attended],
        format_isodate(timezone.localdate(registration.created_at)),
    )


def _sheet(meeting: Meeting) -> Sheet:
    day = format_isodate(timezone.localdate(meeting.starts_at))
    return Sheet(f"anmalda-{meeting.pk}-{day}", "Anmälda", HEADINGS, _WIDTHS)


def csv_response(meeting: Meeting) -> StreamingHttpResponse:
    return spreadsheets.csv_response(_sheet(meeting), _rows(meeting))


def xlsx_response(meeting: Meeting) -> FileResponse:
    return spreadsheets.xlsx_response(_sheet(meeting), _rows(meeting))
