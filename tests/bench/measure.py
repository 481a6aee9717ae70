"""Measuring two things against each other in one run, and telling the outcome."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Milliseconds for one round of ``work``, as the mean of ``times`` rounds."""
    started = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - started) * 1000 / times


def fastest(work: Callable[[], object], times: int, before: Callable[[], object] = lambda: None) -> float:
    """Milliseconds of the fastest of ``times`` rounds: what others do on the machine only adds time.

    ``before`` goes unmeasured before each round."""
    found = []
    for _ in range(times):
        before()
        found.append(timed(work))
    return min(found)


def busy(work: Callable[[], object], times: int, backend: int) -> float:
    """Milliseconds of processor time in the least of ``times`` rounds, here and in the database's process
    ``backend`` together: what others do on the machine adds next to none. 0 where the system does not tell.
    """
    ran = Path(f"/proc/{backend}/schedstat")
    if not ran.exists():
        return 0.0

    def now() -> float:
        return process_time() * 1000 + int(ran.read_text(encoding="ascii").split()[0]) / 1e6

    found = []
    for _ in range(times):
        before = now()
        work()
        found.append(now() - before)
    return min(found)


@dataclass(frozen=True)
class Pairs:
    """Two series of figures taken turn by turn; ``ratio`` is the median of each turn's own ratio.

    A machine that slows down for a while slows both of a pair, so the ratio stands where the figures do not.
    """

    a: tuple[float, ...]
    b: tuple[float, ...]

    @property
    def a_median(self) -> float:
        return median(self.a)

    @property
    def b_median(self) -> float:
        return median(self.b)

    @property
    def ratio(self) -> float:
        return median(a / b for a, b in zip(self.a, self.b, strict=True))

    @property
    def spread(self) -> str:
        """The middle half of the pairs' ratios."""
        ratios = sorted(a / b for a, b in zip(self.a, self.b, strict=True))
        quarter = len(ratios) // 4
        return f"{number(ratios[quarter])}–{number(ratios[-1 - quarter])}"


def pairs(a: Callable[[], float], b: Callable[[], float], rounds: int) -> Pairs:
    """A B A B …, one figure each. Whoever goes first takes turns, and an unmeasured round goes before."""
    a(), b()
    first, second = [], []
    for turn in range(rounds):
        if turn % 2:
            second.append(b())
            first.append(a())
        else:
            first.append(a())
            second.append(b())
    return Pairs(tuple(first), tuple(second))


def number(value: float) -> str:
    """Three figures with a decimal comma: 0,042  1,53  45,2  320."""
    decimals = 3 if value < 0.1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{decimals}f}".replace(".", ",")


def aim(met: bool, text: str) -> str:
    return f"    mål {text}: {'uppnått' if met else 'EJ UPPNÅTT'}"


def heading(text: str) -> None:
    say(f"\n{text}\n{'─' * len(text)}")
