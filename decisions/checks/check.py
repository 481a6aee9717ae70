"""One check: what was looked at, whether it holds, and where it is put right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """``field`` is the id of the control on the draft page; ``percent`` (0–100) is drawn as a bar. A
    ``notice`` stops nothing but is to be thought of; ``page`` is where it is read."""

    code: str
    ok: bool
    label: str
    note: str = ""
    field: str = ""
    value: str = ""
    percent: float | None = None
    action: str = "Rätta"
    notice: bool = False
    page: str = ""

    @property
    def color(self) -> str:
        if not self.ok:
            return "danger"
        return "warning" if self.notice else "success"

    @property
    def icon(self) -> str:
        return {"danger": "fel", "warning": "varning", "success": "bock-ring"}[self.color]

    @property
    def url(self) -> str:
        if self.page:
            return self.page
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
