"""Who deals with requests for copies. Anybody may make one."""

from s3portal.accounts.models import User
from s3portal.copies.authority import authorities_of
from s3portal.copies.enums import Step
from s3portal.diary.models import Case
from s3portal.diary.rules import may_correct, may_mark, may_see_cases


def may_see_requests(user: User) -> bool:
    return may_see_cases(user)


def may_answer(user: User, case: Case) -> bool:
    """Try the secrecy and answer: those who may mark in the case."""
    return may_mark(user, case)


def may_refuse(user: User) -> bool:
    """Decide that something is not given out: those who hold a clause for it today, whoever has the case."""
    return may_see_requests(user) and bool(authorities_of(user))


def may_take(user: User, case: Case, step: Step) -> bool:
    return may_refuse(user) if step == Step.REFUSE else may_answer(user, case)


def may_finish(user: User) -> bool:
    """Say that a refusal is final."""
    return may_correct(user)
