"""What the views of a ranking load."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404
from django.urls import reverse

from applications.models import Ranking, RankingLock, RankingRow
from applications.services.ranking import require_may_rank
from calls.models import Call
from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.models import User
from s3portal.common.errors import Refusal
from s3portal.common.text import read_whole

PER_PAGE = 100


def call_or_404(pk: int) -> Call:
    return get_object_or_404(Call.objects.public(), pk=pk)


def ranking_or_404(pk: int) -> Ranking:
    return get_object_or_404(
        Ranking.objects.select_related("call", "locked_by", "case"), call=call_or_404(pk)
    )


def row_or_404(pk: int, row_pk: int) -> RankingRow:
    rows = RankingRow.objects.select_related(
        "ranking__call", "application__case", "application__organisation"
    )
    return get_object_or_404(rows, pk=row_pk, ranking__call=call_or_404(pk))


def lock_or_404(pk: int, number: int) -> RankingLock:
    locks = RankingLock.objects.select_related("record__case")
    return get_object_or_404(locks, ranking__call=call_or_404(pk), number=number)


def address_of(pk: int) -> str:
    return reverse("applications:ranking", args=[pk])


def page_number(position: int) -> int:
    return (position - 1) // PER_PAGE + 1


def version_in(request: LoggedInRequest) -> int:
    version = read_whole(request.POST.get("version"), digits=9)
    return -1 if version is None else version


def why_not(user: User, application_ids: Sequence[int]) -> str:
    """Why this person does not rank here; empty for who may."""
    try:
        require_may_rank(user, application_ids)
    except Refusal as refusal:
        return refusal.message
    return ""
