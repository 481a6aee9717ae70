"""One check: what was looked at, whether it holds, and where it is put right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """``field`` is the id of the control on the draft page; ``percent`` (0–100) is drawn as a bar."""

    code: str
    ok: bool
    label: str
    note: str = ""
    field: str = ""
    value: str = ""
    percent: float | None = None
    action: str = "Rätta"

    @property
    def url(self) -> str:
        return f"#{self.field}" if self.field and not self.ok else ""


def passed(code: str, label: str, *, note: str = "", value: str = "", percent: float | None = None) -> Check:
    return Check(code=code, ok=True, label=label, note=note, value=value, percent=percent)


def failed_check(
    code: str,
    label: str,
    *,
    note: str = "",
    field: str = "",
    action: str = "Rätta",
    percent: float | None = None,
) -> Check:
    return Check(code=code, ok=False, label=label, note=note, field=field, action=action, percent=percent)


def lower_first(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"
