from django.urls import path

from s3portal.outbox import views

app_name = "outbox"
urlpatterns = [
    path("handlaggning/utskick/", views.message_list, name="message_list"),
    path("handlaggning/utskick/<int:pk>/", views.message_detail, name="message_detail"),
    path("handlaggning/utskick/<int:pk>/skicka-igen/", views.message_resend, name="message_resend"),
    path("handlaggning/utskick/<int:pk>/avbryt/", views.message_cancel, name="message_cancel"),
]
