"""What happens with requests for copies: they come in, are answered, and the requester is forgotten."""

from s3portal.copies.services.answering import close_request, mask_copy, release_copy
from s3portal.copies.services.asking import request_copy, want_decision
from s3portal.copies.services.clearing import clear_requesters
from s3portal.copies.services.refusing import finish_refusal, refuse_copy

__all__ = [
    "clear_requesters",
    "close_request",
    "finish_refusal",
    "mask_copy",
    "refuse_copy",
    "release_copy",
    "request_copy",
    "want_decision",
]
