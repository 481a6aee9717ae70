from django.urls import path

from s3portal.outbox.views import choices, messages, reminders

app_name = "outbox"
urlpatterns = [
    path("handlaggning/utskick/", messages.message_list, name="message_list"),
    path("handlaggning/utskick/skicka-igen/", messages.resend_failed, name="resend_failed"),
    path("handlaggning/utskick/paminnelser/", reminders.reminder_list, name="reminder_list"),
    path("handlaggning/utskick/paminnelser/tider/", reminders.hours, name="hours"),
    path("handlaggning/utskick/paminnelser/<slug:kind>/", reminders.reminder_edit, name="reminder_edit"),
    path(
        "handlaggning/utskick/paminnelser/<slug:kind>/forvald-text/",
        reminders.reminder_reset,
        name="reminder_reset",
    ),
    path("handlaggning/utskick/<int:pk>/", messages.message_detail, name="message_detail"),
    path("handlaggning/utskick/<int:pk>/skicka-igen/", messages.message_resend, name="message_resend"),
    path("handlaggning/utskick/<int:pk>/avbryt/", messages.message_cancel, name="message_cancel"),
    path("konto/utskick/", choices.my_choices, name="my_choices"),
    path("utskick/val/<str:token>/", choices.choices, name="choices"),
    path("utskick/val/<str:token>/<slug:group>/", choices.one_click, name="one_click"),
]
