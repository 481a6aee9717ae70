"""What the portal costs, measured against the same work done bare: ``make bench``. Pytest leaves it alone."""
