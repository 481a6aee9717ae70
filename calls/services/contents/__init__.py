"""What belongs to a call, as officers change it: questions, criteria, attachments, milestones, documents."""
