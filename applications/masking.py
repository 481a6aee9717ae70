"""What an external assessor sees of an application: everything but what is marked as a trade secret.

The marks are the applicant's own and a reminder of OSL 30:27. They are read from what was sent:
"trade_secrets" lists fields by their key, an attachment carries its reason. A mark that cannot be placed
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
    return bool(content.get("trade_secrets")) or any(
        one.get("trade_secret_reason") for one in content.get("attachments") or []
    )


def masked(content: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of what was sent, without what is marked."""
    shown = copy.deepcopy(dict(content))
    marks = [str(mark.get("field", "")) for mark in shown.pop("trade_secrets", None) or []]
    unplaced = [mark for mark in marks if not _mask(shown, mark)]
    if unplaced:
        _mask_all(shown)
    shown["attachments"] = [
        {"name": MASKED} if one.get("trade_secret_reason") else one for one in shown.get("attachments") or []
    ]
    return shown


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
