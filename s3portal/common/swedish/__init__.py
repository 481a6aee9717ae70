"""Swedish forms of money, dates, periods, organisation numbers and telephone numbers.

`format_…` writes one canonical way. `parse_…` reads what a person typed and raises `Refusal` with a
Swedish sentence. `find_…` reads running text and never raises.
"""

from s3portal.common.swedish.dates import (
    STOCKHOLM,
    Period,
    format_datetime,
    format_day,
    format_isodate,
    format_month,
    format_period,
    format_time,
    format_timespan,
    format_weekday,
    in_stockholm,
)
from s3portal.common.swedish.money import (
    MAX_KRONOR,
    find_amounts,
    find_written_amounts,
    format_amount,
    format_kr,
    format_kronor,
    format_percent,
    format_tenths,
    parse_kronor,
    round_half_up,
)
from s3portal.common.swedish.org_number import OrgNumber, organisation_kind, parse_org_number
from s3portal.common.swedish.phone import format_phone
from s3portal.common.swedish.read_dates import find_periods, parse_date, parse_period
from s3portal.common.swedish.signs import EN_DASH, HARD_SPACE, MINUS
from s3portal.common.swedish.workdays import (
    appeal_ends,
    is_working_day,
    next_working_day,
    swedish_holidays,
    three_weeks_after,
    why_not_working,
)

__all__ = [
    "EN_DASH",
    "HARD_SPACE",
    "MAX_KRONOR",
    "MINUS",
    "STOCKHOLM",
    "OrgNumber",
    "Period",
    "appeal_ends",
    "find_amounts",
    "find_periods",
    "find_written_amounts",
    "format_amount",
    "format_datetime",
    "format_day",
    "format_isodate",
    "format_kr",
    "format_kronor",
    "format_month",
    "format_percent",
    "format_period",
    "format_phone",
    "format_tenths",
    "format_time",
    "format_timespan",
    "format_weekday",
    "in_stockholm",
    "is_working_day",
    "next_working_day",
    "organisation_kind",
    "parse_date",
    "parse_kronor",
    "parse_org_number",
    "parse_period",
    "round_half_up",
    "swedish_holidays",
    "three_weeks_after",
    "why_not_working",
]
