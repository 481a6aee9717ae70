"""What a member of the nämnd may read of a signed decision: all of it, or what its masked version leaves."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from decisions.document import decision_html
from decisions.masking import masked_html
from decisions.models import Decision, MaskedDocument
from decisions.recipe import Recipe, recipe_of
from decisions.secrecy import concerning, fresh_masked, whole_mark
from s3portal.diary.models import PROTECTED, SecrecyMark

_NOTHING = Recipe(words={}, parts={})


@dataclass(frozen=True)
class MemberText:
    """``masked`` is the version that is read where something is marked; without one nothing is read yet.
    ``recipe`` is what the standing marks take out, of everything that is told about the decision."""

    decision: Decision
    marks: list[SecrecyMark]
    masked: MaskedDocument | None
    recipe: Recipe
    #: Nothing of the decision is open, so nothing that is said about it is shown either.
    all_secret: bool

    @property
    def is_open(self) -> bool:
        """Whether the member may read it now."""
        return not self.marks or self.masked is not None

    def article(self, *, level: int) -> SafeString:
        """The document for a page. Raises ValueError where nothing may be read."""
        if not self.marks:
            return decision_html(self.decision, level=level)
        if self.masked is None:
            raise ValueError(f"{self.decision} is not masked")
        return masked_html(self.decision, Recipe.stored(self.masked.recipe), level=level)

    def hide(self, text: str) -> str:
        """What somebody has written about the decision, without the words that are secret in it."""
        return PROTECTED if self.all_secret else self.recipe.hide(text)


def member_text(decision: Decision) -> MemberText:
    """``decision`` comes from ``with_parts``."""
    marks = list(concerning(decision))
    if not marks:
        return MemberText(decision, marks, None, _NOTHING, all_secret=False)
    whole = whole_mark(decision, marks) is not None
    return MemberText(decision, marks, fresh_masked(decision), recipe_of(decision, marks), all_secret=whole)
