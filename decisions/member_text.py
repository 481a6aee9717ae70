"""What a member of the nämnd may read of a signed decision: all of it, or what its masked version leaves."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from decisions.document import decision_html
from decisions.masking import masked_html
from decisions.models import Decision, MaskedDocument
from decisions.recipe import Recipe
from decisions.secrecy import Secrecy, fresh_masked, secrecy_of
from s3portal.diary.models import PROTECTED


@dataclass(frozen=True)
class MemberText:
    """``masked`` is the version that is read where something is marked; without one nothing is read yet."""

    decision: Decision
    secrecy: Secrecy
    masked: MaskedDocument | None

    @property
    def is_open(self) -> bool:
        """Whether the member may read it now."""
        return not self.secrecy.any or self.masked is not None

    def article(self, *, level: int) -> SafeString:
        """The document for a page. Raises ValueError where nothing may be read."""
        if not self.secrecy.any:
            return decision_html(self.decision, level=level)
        if self.masked is None:
            raise ValueError(f"{self.decision} is not masked")
        return masked_html(self.decision, Recipe.stored(self.masked.recipe), level=level)

    def hide(self, text: str) -> str:
        """What somebody has written about the decision, without the words that are secret in it. Nothing of
        it where nothing of the decision is open."""
        if self.secrecy.whole is not None:
            return PROTECTED
        return text if self.secrecy.recipe is None else self.secrecy.recipe.hide(text)


def member_text(decision: Decision) -> MemberText:
    """``decision`` comes from ``with_parts``."""
    secrecy = secrecy_of(decision)
    return MemberText(decision, secrecy, fresh_masked(decision, secrecy))
