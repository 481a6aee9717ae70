from django.urls import path

from s3portal.organisations.views import inviting, members, officer, organisations

app_name = "organisations"
urlpatterns = [
    path("organisationer/", organisations.organisation_list, name="list"),
    path("organisationer/ny/", organisations.create, name="create"),
    path("organisationer/ny/form/", organisations.form_of_number, name="form_of_number"),
    path("organisationer/inbjudan/<uuid:token>/", inviting.invitation, name="invitation"),
    path("organisationer/<int:pk>/", organisations.detail, name="detail"),
    path("organisationer/<int:pk>/uppgifter/", organisations.details, name="details"),
    path("organisationer/<int:pk>/bjud-in/", inviting.invite, name="invite"),
    path(
        "organisationer/<int:pk>/inbjudningar/<int:invitation_pk>/skicka-igen/", inviting.renew, name="renew"
    ),
    path(
        "organisationer/<int:pk>/inbjudningar/<int:invitation_pk>/aterkalla/", inviting.revoke, name="revoke"
    ),
    path("organisationer/<int:pk>/personer/<int:member_pk>/", members.change, name="change_member"),
    path("organisationer/<int:pk>/personer/<int:member_pk>/ta-bort/", members.remove, name="remove_member"),
    path(
        "organisationer/<int:pk>/personer/<int:member_pk>/bekrafta/", members.confirm, name="confirm_member"
    ),
    path("organisationer/<int:pk>/overlat/", members.hand_over, name="hand_over"),
    path("organisationer/<int:pk>/lamna/", members.leave, name="leave"),
    path("handlaggning/organisationer/", officer.unconfirmed, name="officer_unconfirmed"),
    path("handlaggning/organisationer/<int:pk>/bekrafta/", officer.confirm, name="officer_confirm"),
    path("handlaggning/organisationer/<int:pk>/avvisa/", officer.reject, name="officer_reject"),
]
