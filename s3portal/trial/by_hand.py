"""The demo's cases that were opened by hand: one with what came by post, and one opened twice by mistake."""

import io
from datetime import date, timedelta
from typing import Final

import pikepdf
from django.core.files.base import ContentFile

from s3portal.accounts.models import User
from s3portal.diary.enums import Direction
from s3portal.diary.models import Case
from s3portal.diary.services import cancel_case, cancel_record, open_by_hand, register_by_hand

TITLE: Final = "Remiss om ändrade regler för regionalt utvecklingsarbete"
COUNTERPART: Final = "Landsbygds- och infrastrukturdepartementet"


def load_by_hand(*, registrar: User, officer: User, today: date) -> None:
    """Once; what is there stays as it is."""
    if Case.objects.filter(title=TITLE).exists():
        return
    case = open_by_hand(actor=registrar, title=TITLE, counterpart=COUNTERPART, officer=officer)
    for title, days in (("Remissmissiv", 3), ("Inbjudan till konferens", 2)):
        record = register_by_hand(
            actor=registrar,
            case_id=case.pk,
            direction=Direction.INCOMING,
            title=title,
            counterpart=COUNTERPART,
            dated_on=today - timedelta(days=days),
            files=[ContentFile(_page(title), name=f"{title.lower()}.pdf")],
        )
    cancel_record(actor=registrar, record_id=record.pk, reason="Hör inte till ärendet")
    double = open_by_hand(actor=registrar, title=f"{TITLE} (dubblett)", counterpart=COUNTERPART)
    cancel_case(actor=registrar, case_id=double.pk, reason=f"Öppnat två gånger. Se {case}.")


def _page(text: str) -> bytes:
    """One page with one line, as something to open."""
    with pikepdf.new() as made:
        page = made.add_blank_page()
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name.F1)
        page.contents_add(f"BT /F1 18 Tf 72 700 Td ({text}) Tj ET".encode("latin-1"))
        content = io.BytesIO()
        made.save(content, static_id=True)
    return content.getvalue()
