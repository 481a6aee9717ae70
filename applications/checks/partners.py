"""What is missing of the partners. A project need not have any."""

from collections.abc import Iterator

from applications.checks.steps import Problem, Step
from applications.models import Application
from applications.parts import PartnersPart


def missing_in_partners(application: Application) -> Iterator[Problem]:
    for index, row in enumerate(PartnersPart.read(application).partners):
        who = row.name or f"samverkanspart {index + 1}"
        for missing, name, message in (
            (not row.name, "name", f"Fyll i namnet på samverkanspart {index + 1}."),
            (not row.role, "role", f"Beskriv vilken roll {who} har i projektet."),
            (row.receives_aid is None, "receives_aid_0", f"Svara på om {who} tar del av stödet."),
        ):
            if missing:
                yield Problem(Step.PARTNERS, f"id_par-{index}-{name}", message)
