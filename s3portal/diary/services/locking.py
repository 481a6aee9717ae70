"""Cases are locked before something in them is marked, masked or published."""

from s3portal.diary.merging import merged_with
from s3portal.diary.models import Case


def lock_matter(case_id: int) -> Case:
    """The case, locked until the transaction ends together with those that it is merged with: what is marked
    in one of them hides in all. In the order of their keys, so that two never wait for each other."""
    held: set[int] = set()
    # Asked again when they are held: somebody may have merged one while this one waited for it.
    while (matter := merged_with([case_id])[case_id]) - held:
        rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=matter | held).order_by("pk")
        held |= set(rows.values_list("pk", flat=True))
    return Case.objects.get(pk=case_id)
