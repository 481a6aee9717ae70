"""Rangordning: the order of a call's applications, and what each is proposed to get."""

from django.urls import path

from applications.views.ranking import files, page, row, steps

_BASE = "handlaggning/utlysningar/<int:pk>/rangordning/"
urlpatterns = [
    path(_BASE, page.show, name="ranking"),
    path(f"{_BASE}starta/", steps.start, name="ranking_start"),
    path(f"{_BASE}uppdatera/", steps.update, name="ranking_update"),
    path(f"{_BASE}strecket/", steps.line, name="ranking_line"),
    path(f"{_BASE}las/", steps.lock, name="ranking_lock"),
    path(f"{_BASE}las-upp/", steps.unlock, name="ranking_unlock"),
    path(f"{_BASE}csv/", files.as_csv, name="ranking_csv"),
    path(f"{_BASE}xlsx/", files.as_xlsx, name="ranking_xlsx"),
    path(f"{_BASE}bilaga/<int:number>/", files.appendix, name="ranking_appendix"),
    path(f"{_BASE}bilaga/<int:number>/lage/", files.appendix_state, name="ranking_appendix_state"),
    path(f"{_BASE}<int:row_pk>/", row.row, name="ranking_row"),
    path(f"{_BASE}<int:row_pk>/flytta/", steps.move, name="ranking_move"),
    path(f"{_BASE}<int:row_pk>/belopp/", steps.amount, name="ranking_amount"),
]
