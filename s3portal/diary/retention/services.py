"""Rules for what becomes of records, and disposing of what has had its time when a person has decided so."""

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from s3portal.accounts.models import User
from s3portal.audit.services import record_event
from s3portal.common import quarantine
from s3portal.common.errors import Conflict, Refusal
from s3portal.diary.guards import require_let_in
from s3portal.diary.merging import merger_of
from s3portal.diary.models import Case, Record, RecordFile
from s3portal.diary.retention.copied import remove_copies
from s3portal.diary.retention.due import due_records, is_still_due
from s3portal.diary.retention.enums import Handling, StartsFrom
from s3portal.diary.retention.models import (
    MOST_YEARS,
    DisposalItem,
    DisposalList,
    RecordClass,
    RecordClassing,
    RecordDisposal,
)
from s3portal.diary.retention.stops import stop_of
from s3portal.diary.rules import may_correct
from s3portal.diary.services.locking import lock_matter

MAY_NOT: Final = "Bara en registrator sköter gallringen."
#: More than anybody reads through before approving. The rest comes on the next list.
MOST_ON_A_LIST: Final = 500


# --- Rules ------------------------------------------------------------------------------------------------
@transaction.atomic
def save_class(
    *,
    actor: User,
    class_id: int | None,
    name: str,
    handling: Handling,
    source: str,
    years: int | None = None,
    starts_from: StartsFrom | str = "",
    seen_version: int = 0,
) -> RecordClass:
    """Make a class, or change its rule. What comes to be kept is struck off lists that are not carried out.

    ``years`` and ``starts_from`` only count for what is disposed of. Raises Conflict when somebody else has
    changed it since ``seen_version``, and Refusal for a rule that is not whole or a name that is taken."""
    _require_registrar(actor)
    fields = _whole_rule(name, handling, source, years, starts_from)
    same_name = RecordClass.objects.filter(name__iexact=fields["name"]).first()
    if same_name is not None and same_name.pk != class_id:
        raise Refusal("Det finns redan en handlingstyp som heter så.", field="name")
    if class_id is None:
        made = RecordClass.objects.create(**fields)
        record_event(
            actor=actor, action="record_class_made", obj=made, text=f"{made}: {made.rule}", data=fields
        )
        return made
    _lock_lists()
    kind = RecordClass.objects.select_for_update().get(pk=class_id)
    if kind.version != seen_version:
        raise Conflict(f"Någon annan har ändrat regeln. Den är nu: {kind.rule}. Läs och ändra igen.")
    was = {field: getattr(kind, field) for field in fields}
    if handling == Handling.KEEP:
        _strike_waiting(f"Handlingstypen {kind} ska bevaras.", record_class=kind)
    for field, value in fields.items():
        setattr(kind, field, value)
    kind.version += 1
    kind.save(update_fields=[*fields, "version"])
    record_event(
        actor=actor,
        action="record_class_changed",
        obj=kind,
        text=f"{kind}: {kind.rule}",
        data={"before": was, "after": fields},
    )
    return kind


def _whole_rule(
    name: str, handling: Handling, source: str, years: int | None, starts_from: str
) -> dict[str, str | int | None]:
    if not name.strip():
        raise Refusal("Skriv vad handlingstypen heter.", field="name")
    if not source.strip():
        raise Refusal("Skriv var regeln står.", field="source")
    rule: dict[str, str | int | None] = {"years": None, "starts_from": ""}
    if handling == Handling.DISPOSE:
        if years is None or not 0 <= years <= MOST_YEARS:
            raise Refusal(f"Ange ett antal år, högst {MOST_YEARS}.", field="years")
        if starts_from not in StartsFrom.values:
            raise Refusal("Välj vad åren räknas från.", field="starts_from")
        rule = {"years": years, "starts_from": str(starts_from)}
    return {"name": name.strip(), "handling": str(handling), "source": source.strip(), **rule}


@transaction.atomic
def class_records(*, actor: User, case_id: int, classes: Mapping[int, int | None]) -> int:
    """Say of which class the records of a case are: number of the record → id of its class, or None for what
    is kept since nobody has classed it. Returns how many were changed.

    A record that gets another class is struck off a list that is not carried out. What is disposed of
    already keeps the class it had."""
    _require_registrar(actor)
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    require_let_in(actor, case)
    _lock_lists()
    changed = 0
    records = case.records.filter(number__in=classes, disposal__isnull=True).select_related(
        "classing__record_class"
    )
    kinds = RecordClass.objects.in_bulk([pk for pk in classes.values() if pk is not None])
    for record in records:
        before, after = _class_of(record), classes[record.number]
        if before == after:
            continue
        _reclass(actor, record, None if after is None else kinds[after])
        changed += 1
    return changed


def _class_of(record: Record) -> int | None:
    classing = getattr(record, "classing", None)
    return None if classing is None else classing.record_class_id


def _reclass(actor: User, record: Record, kind: RecordClass | None) -> None:
    _strike_waiting("Handlingen har fått en annan handlingstyp.", record=record)
    if kind is None:
        RecordClassing.objects.filter(record=record).delete()
    else:
        RecordClassing.objects.update_or_create(
            record=record, defaults={"record_class": kind, "by": actor, "at": timezone.now()}
        )
    name = "ingen handlingstyp, bevaras" if kind is None else f"{kind} ({kind.rule})"
    record_event(
        actor=actor,
        action="record_classed",
        obj=record.case,
        text=f"Handling {record.number}: {name}",
        data={"record": record.pk, "class": None if kind is None else kind.pk},
    )


# --- Lists ------------------------------------------------------------------------------------------------
@transaction.atomic
def propose_list(*, actor: User | None = None, on: date | None = None) -> DisposalList | None:
    """A list of what has had its time on the day (today), for a person to read through. None when there is
    nothing, or a list waits already: one is decided before the next is made."""
    if actor is not None:
        _require_registrar(actor)
    _lock_lists()
    if DisposalList.objects.filter(done_at__isnull=True).exists():
        return None
    day = on or timezone.localdate()
    due = list(islice(due_records(day), MOST_ON_A_LIST))
    if not due:
        return None
    try:
        with transaction.atomic():
            made = DisposalList.objects.create(as_of=day)
    except IntegrityError:
        # Somebody else was first.
        return None
    DisposalItem.objects.bulk_create(
        DisposalItem(
            disposal_list=made,
            record=one.record,
            record_class=one.record_class,
            rule=one.record_class.rule,
            source=one.record_class.source,
            started_on=one.started_on,
        )
        for one in due
    )
    text = f"{made} med {len(due)} handlingar"
    record_event(actor=actor, action="disposal_list_made", obj=made, text=text, data={"records": len(due)})
    return made


@transaction.atomic
def strike_item(*, actor: User, item_id: int, reason: str) -> DisposalItem:
    """Keep a record that software proposed to dispose of. It is not proposed again for a year."""
    _require_registrar(actor)
    item = DisposalItem.objects.select_related("record").get(pk=item_id)
    made = DisposalList.objects.select_for_update().get(pk=item.disposal_list_id)
    item.refresh_from_db()
    if not made.is_proposed:
        raise Refusal("Listan är redan godkänd.")
    if item.struck_at is not None:
        raise Refusal("Handlingen är redan struken.")
    if not reason.strip():
        raise Refusal("Skriv varför handlingen ska vara kvar.", field="reason")
    item.struck_by, item.struck_at, item.struck_reason = actor, timezone.now(), reason
    item.save(update_fields=["struck_by", "struck_at", "struck_reason"])
    record_event(
        actor=actor,
        action="disposal_struck",
        obj=made,
        text=f"Struken: {item.record.case} handling {item.record.number}. {reason}",
        data={"record": item.record_id},
    )
    return item


@transaction.atomic
def approve_list(*, actor: User, list_id: int, decision: str) -> DisposalList:
    """Decide that what is left on the list is disposed of, with reference to the gallringsbeslut. There is no
    way back: it is carried out as soon as the transaction is done."""
    _require_registrar(actor)
    made = DisposalList.objects.select_for_update().get(pk=list_id)
    if not made.is_proposed:
        raise Refusal("Listan är redan godkänd.")
    if not decision.strip():
        raise Refusal("Skriv vilket gallringsbeslut listan följer.", field="decision")
    made.approved_by, made.approved_at, made.decision = actor, timezone.now(), decision.strip()
    made.save(update_fields=["approved_by", "approved_at", "decision"])
    left = made.items.filter(struck_at__isnull=True).count()
    record_event(
        actor=actor,
        action="disposal_list_approved",
        obj=made,
        text=f"{made}: {left} handlingar gallras. Gallringsbeslut: {made.decision}",
        data={"records": left},
    )
    from s3portal.diary.tasks import carry_out_disposal  # the task imports this module

    # Should the broker be away, the beat job finds what is approved.
    transaction.on_commit(lambda: carry_out_disposal.delay(made.pk), robust=True)
    return made


# --- Disposing --------------------------------------------------------------------------------------------
def carry_out(*, list_id: int) -> None:
    """Dispose of what is left on an approved list, one record at a time. May be called any number of times,
    by any number of workers; one that is killed leaves each record whole or disposed of."""
    made = DisposalList.objects.get(pk=list_id)
    if made.approved_at is None or made.done_at is not None:
        return
    waiting = made.items.filter(struck_at__isnull=True, disposal__isnull=True)
    for item_id in list(waiting.values_list("pk", flat=True)):
        _dispose(item_id)
    with transaction.atomic():
        made = DisposalList.objects.select_for_update().get(pk=list_id)
        if made.done_at is None and not waiting.exists():
            made.done_at = timezone.now()
            made.save(update_fields=["done_at"])
            text = f"{made} är utförd"
            record_event(actor=None, action="disposal_list_done", obj=made, text=text)


@transaction.atomic
def _dispose(item_id: int) -> None:
    """One record, unless something has come between: then it is struck out, and the list says why."""
    found = DisposalItem.objects.select_related("record").get(pk=item_id)
    # The whole matter, so that nobody opens it again or asks for a copy in it meanwhile.
    case = lock_matter(found.record.case_id)
    made = DisposalList.objects.select_for_update().get(pk=found.disposal_list_id)
    item = DisposalItem.objects.select_related("record", "record_class", "disposal").get(pk=item_id)
    if item.struck_at is not None or item.done is not None:
        return
    record = item.record
    stop = _goes_on(case) or _not_due(record, made) or stop_of(record)
    if stop:
        _strike(item, stop)
        return
    disposal = RecordDisposal.objects.create(record=record, item=item, source=item.source)
    Record.objects.filter(pk=record.pk).update(title=item.record_class.name, counterpart="")
    _dispose_files(record)
    remove_copies(case)
    record_event(
        actor=None,
        action="record_disposed",
        obj=case,
        text=f"Handling {record.number} gallrad enligt {disposal.source}. Gallringsbeslut: {made.decision}",
        data={"record": record.pk, "list": made.pk},
    )


def _goes_on(case: Case) -> str:
    """Why the matter is not ended; empty when it is."""
    if case.is_open:
        return "Ärendet är öppnat igen."
    merger = merger_of(case)
    if merger is not None and merger.into.is_open:
        return f"Ärendet är sammanfört med {merger.into}, som pågår."
    return ""


def _not_due(record: Record, made: DisposalList) -> str:
    """A case that was opened and closed again begins its years anew, and a rule may have got more of them."""
    return "" if is_still_due(record, made.as_of) else "Tiden har inte gått ut, räknad om i dag."


def _dispose_files(record: Record) -> None:
    """The bytes go, unless a record that is kept has the same; the names of the files told of persons too."""
    for place, file in enumerate(record.files.order_by("pk"), start=1):
        same = RecordFile.objects.filter(storage_name=file.storage_name).exclude(record=record)
        if not same.filter(record__disposal__isnull=True).exists():
            quarantine.dispose(file.storage_name)
        RecordFile.objects.filter(pk=file.pk).update(filename=f"Fil {place}")


# --- Parts ------------------------------------------------------------------------------------------------
def _require_registrar(actor: User) -> None:
    if not may_correct(actor):
        raise Refusal(MAY_NOT)


def _lock_lists() -> None:
    """Those that are not carried out, so that rules, classes and lists change one at a time."""
    list(DisposalList.objects.select_for_update().filter(done_at__isnull=True).order_by("pk"))


def _strike_waiting(reason: str, **which: Record | RecordClass) -> None:
    for item in DisposalItem.objects.filter(struck_at__isnull=True, disposal__isnull=True, **which):
        _strike(item, reason)


def _strike(item: DisposalItem, reason: str) -> None:
    item.struck_at, item.struck_reason = timezone.now(), reason
    item.save(update_fields=["struck_at", "struck_reason"])
    record_event(
        actor=None,
        action="disposal_struck",
        obj=item.disposal_list,
        text=f"Struken: {item.record.case} handling {item.record.number}. {reason}",
        data={"record": item.record_id},
    )
