"""Rangordning: the order of a call's applications, and what each is proposed to get."""

from django.urls import path

from applications.views import ranking

_BASE = "handlaggning/utlysningar/<int:pk>/rangordning/"
urlpatterns = [
    path(_BASE, ranking.show, name="ranking"),
    path(f"{_BASE}starta/", ranking.start, name="ranking_start"),
    path(f"{_BASE}uppdatera/", ranking.update, name="ranking_update"),
    path(f"{_BASE}strecket/", ranking.line, name="ranking_line"),
    path(f"{_BASE}las/", ranking.lock, name="ranking_lock"),
    path(f"{_BASE}las-upp/", ranking.unlock, name="ranking_unlock"),
    path(f"{_BASE}csv/", ranking.as_csv, name="ranking_csv"),
    path(f"{_BASE}xlsx/", ranking.as_xlsx, name="ranking_xlsx"),
    path(f"{_BASE}<int:row_pk>/", ranking.row, name="ranking_row"),
    path(f"{_BASE}<int:row_pk>/flytta/", ranking.move, name="ranking_move"),
    path(f"{_BASE}<int:row_pk>/belopp/", ranking.amount, name="ranking_amount"),
]
