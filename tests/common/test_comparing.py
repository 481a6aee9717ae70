"""One change shown word by word."""

from s3portal.common.comparing import Change
from s3portal.common.text import Piece


def test_a_hard_space_is_no_change_beside_one_that_is_seen():
    change = Change("Punkt 1", "Högst 800\u00a0000\u00a0kronor.", "Högst 400\u00a0000 kronor.")
    assert change.pieces == [
        Piece("same", "Högst "),
        Piece("removed", "800"),
        Piece("added", "400"),
        Piece("same", " 000 kronor."),
    ]
    alone = Change("Punkt 1", "400\u00a0000", "400 000")
    assert {piece.kind for piece in alone.pieces} == {"same", "removed", "added"}
