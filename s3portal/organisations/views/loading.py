"""How views come by an organisation: through those of the person's own. Strangers get 404."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from s3portal.accounts.http import LoggedInRequest
from s3portal.accounts.models import Membership
from s3portal.organisations.rules import may_manage


def own_membership(request: LoggedInRequest, pk: int, *, to_manage: bool = False) -> Membership:
    """The person's membership. Raises Http404 to strangers, PermissionDenied to those who may not manage."""
    found = get_object_or_404(
        Membership.objects.select_related("organisation"), organisation_id=pk, user=request.user
    )
    if to_manage and not may_manage(found):
        raise PermissionDenied
    return found
