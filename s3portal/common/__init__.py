"""What every app may lean on: Swedish forms of money and dates, text, uploads, documents."""
