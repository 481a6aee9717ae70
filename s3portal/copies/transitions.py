"""What may be done with a request in each status. What is not here is refused."""

from typing import Final

from s3portal.copies.enums import RequestStatus, Step

#: (status, step) → the status after it. One that was released masked may get a written decision about the
#: rest, when the requester asks for it (OSL 6:3 st. 3).
ALLOWED: Final[dict[tuple[RequestStatus, Step], RequestStatus]] = {
    (RequestStatus.WAITING, Step.RELEASE): RequestStatus.RELEASED,
    (RequestStatus.WAITING, Step.MASK): RequestStatus.MASKED,
    (RequestStatus.WAITING, Step.REFUSE): RequestStatus.REFUSED,
    (RequestStatus.WAITING, Step.CLOSE): RequestStatus.CLOSED,
    (RequestStatus.MASKED, Step.REFUSE): RequestStatus.REFUSED,
}


def allows(status: str, step: Step) -> bool:
    return (RequestStatus(status), step) in ALLOWED
