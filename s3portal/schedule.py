"""What beat starts, and when (local time). README tells operations people the same list."""

from datetime import timedelta

from celery.schedules import crontab

# A round that no worker took before the next is due is dropped: they do not pile up while workers are away.
BEAT_SCHEDULE = {
    "seal-audit-events": {
        "task": "s3portal.audit.tasks.seal_events",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "deliver-due-messages": {
        "task": "s3portal.outbox.tasks.deliver_due",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "create-reminders": {
        "task": "s3portal.outbox.tasks.create_reminders",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "render-missing-decision-documents": {
        "task": "decisions.tasks.render_missing_documents",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "render-missing-meeting-annexes": {
        "task": "decisions.tasks.render_missing_annexes",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "fill-lists-to-the-committee": {
        "task": "decisions.tasks.fill_committee_lists",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "end-member-roles": {
        "task": "decisions.tasks.end_member_roles",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "carry-out-stalled-decision-steps": {
        "task": "decisions.tasks.carry_out_stalled_steps",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "render-missing-application-pdfs": {
        "task": "applications.tasks.render_missing_pdfs",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "scan-waiting-files": {
        "task": "s3portal.common.tasks.scan_waiting_files",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "propose-disposal": {
        "task": "s3portal.diary.tasks.propose_disposal",
        "schedule": crontab(day_of_month="1", hour=4, minute=30),
    },
    "carry-out-approved-disposals": {
        "task": "s3portal.diary.tasks.carry_out_approved_disposals",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 600},
    },
    "clear-askers": {
        "task": "calls.tasks.clear_askers",
        "schedule": crontab(hour=3, minute=40),
    },
    "make-archive-packages-left": {
        "task": "s3portal.archive.tasks.make_packages_left",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "clear-archive-packages": {
        "task": "s3portal.archive.tasks.clear_packages",
        "schedule": crontab(hour=3, minute=48),
    },
    "renew-archive-stamps": {
        "task": "s3portal.archive.tasks.renew_archive_stamps",
        "schedule": crontab(day_of_month="1", hour=2, minute=15),
    },
    "clear-draft-material": {
        "task": "decisions.tasks.clear_draft_material",
        "schedule": crontab(hour=3, minute=55),
    },
    "clear-requesters": {
        "task": "s3portal.copies.tasks.clear_requesters",
        "schedule": crontab(hour=3, minute=42),
    },
    "clear-meal-wishes": {
        "task": "calls.tasks.clear_meal_wishes",
        "schedule": crontab(hour=3, minute=45),
    },
    "clear-old-messages": {
        "task": "s3portal.outbox.tasks.clear_old",
        "schedule": crontab(hour=3, minute=50),
    },
    "clear-unreferenced-files": {
        "task": "s3portal.common.tasks.clear_unreferenced_files",
        "schedule": crontab(hour=3, minute=50),
    },
    "lapse-seat-offers": {
        "task": "calls.tasks.lapse_offers",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "tidy-drafts": {
        "task": "applications.tasks.tidy_drafts",
        "schedule": crontab(hour=4, minute=10),
    },
    "clear-ended-sessions": {
        "task": "s3portal.accounts.tasks.clear_ended_sessions",
        "schedule": crontab(hour=3, minute=30),
    },
}
