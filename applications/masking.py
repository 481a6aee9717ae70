"""What an external assessor sees of an application: everything but what is marked as a trade secret.

The marks are the applicant's own and a reminder of OSL 30:27. They are read from what was sent: the project
tells its texts by their names, an answer and an attachment each carry their own reason, and "trade_secrets"
lists other fields by their key. A mark that cannot be placed
hides every text and all rows, so that a doubt never shows a secret."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

from s3portal.diary.models import RecordFile

MASKED: Final = "[Affärshemlighet, visas inte]"
#: Parts of the sent data whose members go by the keys of their fields.
_PARTS: Final = ("project", "organisation", "contact")
_ROWS: Final = ("partners", "activities", "indicators", "financing")
#: What every sent application holds. Under a mark that cannot be placed nothing else is shown.
_ALWAYS: Final = frozenset({
    "format", "format_version", "call", "organisation", "contact", "project", "answers", "budget",
    "financing", "totals", "publication_consent", "submission", "attachments",
})  # fmt: skip


def has_secrets(content: Mapping[str, Any]) -> bool:
    return bool(
        _fields_marked(content)
        or _questions_marked(content)
        or _files_marked(content)
        or (content.get("supplement") or {}).get("answer_trade_secret")
    )


def masked(content: Mapping[str, Any], *, beside: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A copy of what was sent, without what is marked, there or in the versions ``beside`` it: what has been
    marked since is not read in an older one."""
    both = [content, *beside]
    shown = copy.deepcopy(dict(content))
    shown.pop("trade_secrets", None)
    (shown.get("project") or {}).pop("trade_secrets", None)
    answers, files = (
        set[str]().union(*map(_questions_marked, both)),
        set[str]().union(*map(_files_marked, both)),
    )
    supplement = shown.get("supplement") or {}
    if supplement.pop("answer_trade_secret", ""):
        supplement["answer"] = MASKED
    for answer in shown.get("answers") or []:
        if answer.get("question") in answers:
            answer |= {"value": MASKED, "text": MASKED}
        answer.pop("trade_secret", None)
    marks = dict.fromkeys(mark for one in both for mark in _fields_marked(one))
    # All are tried, also after one that cannot be placed.
    placed = [_mask(shown, mark) for mark in marks]
    if not all(placed):
        _mask_all(shown)
    hidden = {one.get("filename") for one in shown.get("attachments") or [] if one.get("trade_secret_reason")}
    for row in shown.get("financing") or []:
        if row.get("letter") in hidden:
            row["letter"] = MASKED
    shown["attachments"] = [
        _masked_file(one) if files & _names(one) else one for one in shown.get("attachments") or []
    ]
    return shown


def _fields_marked(content: Mapping[str, Any]) -> list[str]:
    listed = [str(mark.get("field", "")) for mark in content.get("trade_secrets") or []]
    return [*listed, *((content.get("project") or {}).get("trade_secrets") or {})]


def _questions_marked(content: Mapping[str, Any]) -> set[str]:
    return {str(one.get("question")) for one in content.get("answers") or [] if one.get("trade_secret")}


def _files_marked(content: Mapping[str, Any]) -> set[str]:
    marked = [one for one in content.get("attachments") or [] if one.get("trade_secret_reason")]
    return set[str]().union(*map(_names, marked))


def _names(file: Mapping[str, Any]) -> set[str]:
    """What a file is known by: its name, and its bytes."""
    return {str(file[key]) for key in ("filename", "name", "sha256") if file.get(key)}


def _masked_file(file: Mapping[str, Any]) -> dict[str, Any]:
    """That there is a file is no secret; what it is called may be."""
    hidden = dict.fromkeys(("name", "filename", "sha256"), MASKED)
    return {**file, **hidden, "trade_secret_reason": ""}


def _mask(shown: dict[str, Any], key: str) -> bool:
    """Hide one field; False when it is nowhere."""
    found = False
    for part in _PARTS:
        names = {key, key.removeprefix(f"{part}_")} & set(shown.get(part) or {})
        for name in names:
            shown[part][name] = _blank(shown[part][name])
            found = True
    for number, answer in enumerate(shown.get("answers") or []):
        if key in (answer.get("key"), f"q-{answer.get('question_id')}"):
            shown["answers"][number] |= {"value": MASKED, "text": MASKED}
            found = True
    for name in _ROWS:
        if isinstance(shown.get(name), list) and (key == name or _is_row(key, name)):
            shown[name] = []
            found = True
            if name == "partners":
                _hide_partners(shown)
    # "line-…" since the budget has lines; "cost-…" in what was sent before that.
    if key.startswith(("line-", "cost-", "budget")):
        _hide_costs(shown)
        found = True
    return found


def _hide_costs(shown: dict[str, Any]) -> None:
    """The rows; the totals are what is applied for, and public."""
    shown["budget"] = (shown.get("budget") or {}) | {"years": [], "costs": [], "lines": [], "partners": []}


def _hide_partners(shown: dict[str, Any]) -> None:
    """Who has which cost tells who takes part."""
    budget = shown.get("budget") or {}
    budget["partners"] = []
    for line in budget.get("lines") or []:
        line["partner"] = MASKED


def _is_row(key: str, name: str) -> bool:
    """A field of a row goes by its kind: "partner-…", "financing-1"."""
    return key.startswith((f"{name}-", f"{name.removesuffix('s')}-", f"{name.replace('ies', 'y')}-"))


def _blank(value: Any) -> Any:
    if isinstance(value, list):
        return [MASKED]
    return MASKED


def _mask_all(shown: dict[str, Any]) -> None:
    for name, value in (shown.get("project") or {}).items():
        if isinstance(value, str) and name not in ("starts_on", "ends_on"):
            shown["project"][name] = MASKED
        elif isinstance(value, list) and name != "areas":
            shown["project"][name] = []
    for answer in shown.get("answers") or []:
        answer |= {"value": MASKED, "text": MASKED}
    for name in _ROWS:
        if isinstance(shown.get(name), list):
            shown[name] = []
    _hide_costs(shown)
    for name in set(shown) - _ALWAYS - set(_ROWS):
        del shown[name]


def files_shown(
    content: Mapping[str, Any], files: Sequence[RecordFile], *, allow_trade_secrets: bool
) -> list[RecordFile]:
    """Of the application's own files those an external assessor may open. The whole application as PDF and
    data holds every secret, so with marks only attachments without one are left."""
    if allow_trade_secrets or not has_secrets(content):
        return list(files)
    names = {
        one.get("filename") or one.get("name")
        for one in content.get("attachments") or []
        if not one.get("trade_secret_reason")
    }
    return [file for file in files if file.filename in names]
