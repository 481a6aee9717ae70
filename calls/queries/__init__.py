"""What is shown of calls and meetings, and what is due."""
