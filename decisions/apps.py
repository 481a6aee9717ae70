from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"

    def ready(self) -> None:
        from applications.recusals import register
        from decisions.copy_refusals import SOURCE
        from decisions.expedition import EXTRACT_KIND, LINK_KIND
        from decisions.guards import register_guard
        from decisions.reminders import register_all
        from decisions.services.publishing import withdraw_marked, withdraw_merged
        from decisions.services.recusing import FOLLOWER
        from decisions.standing import standing_dispatches
        from decisions.trails import sources
        from s3portal.copies import authority
        from s3portal.diary import followers, trails
        from s3portal.outbox.reminders import register_standing

        register(FOLLOWER)
        followers.register(withdraw_marked)
        followers.register_for_mergers(withdraw_merged)
        authority.register(SOURCE)
        register_all()
        register_guard()
        for kind in (EXTRACT_KIND, LINK_KIND):
            register_standing(kind, standing_dispatches)
        trails.register(sources)
