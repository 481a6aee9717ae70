"""Signs that Swedish typography asks for, by name, since they look like others on the screen."""

HARD_SPACE = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"

# Spaces people type or paste between groups of digits: ordinary, tab, hard, figure, thin, narrow hard.
# Written for use inside a character class in a regular expression.
SPACES = " \\t\u00a0\u2007\u2009\u202f"
