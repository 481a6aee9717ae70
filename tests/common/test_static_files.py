"""The static files as production serves them: hashed, compressed, each with a licence."""

import gettext
import re
from pathlib import Path

import allauth
import django
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


def test_every_address_in_every_stylesheet_exists(settings, tmp_path):
    """The manifest storage refuses a url() that leads nowhere."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    for sheet, number in (("fonts", 3), ("dokument-typsnitt", 5)):
        fonts = next((tmp_path / "css").glob(f"{sheet}.????????????.css")).read_text(encoding="utf-8")
        named = re.findall(r'url\("\.\./fonts/([^"]+)"\)', fonts)
        assert len(named) == number
        assert all((tmp_path / "fonts" / name).is_file() for name in named)


def test_each_vendored_thing_has_a_version_and_a_licence():
    for folder in (ROOT / "static" / "vendor").iterdir():
        assert re.search(r"-\d+\.\d+\.\d+$", folder.name), folder
        assert (folder / "LICENSE.txt").read_text(encoding="utf-8").strip(), folder


def test_nothing_of_ours_is_inline():
    """Strict CSP: no style attributes, no style or script elements with content, no event attributes."""
    inline = re.compile(r'<style|\sstyle=|\son[a-z]+="|hx-on|<script(?![^>]*(src=|type="application/json"))')
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        if "mail" not in path.parts and "documents" not in path.parts
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_our_words_replace_words_that_libraries_still_use():
    """A library that changes its English would show its own Swedish again, without a word."""
    with (ROOT / "locale/sv/LC_MESSAGES/django.mo").open("rb") as catalog:
        ours = gettext.GNUTranslations(catalog)._catalog
    places = [
        Path(allauth.__file__).parent / "locale/sv",
        Path(django.__file__).parent / "conf/locale/sv",
        Path(django.__file__).parent / "contrib/auth/locale/sv",
    ]
    theirs = set()
    for place in places:
        with (place / "LC_MESSAGES/django.mo").open("rb") as catalog:
            theirs |= set(gettext.GNUTranslations(catalog)._catalog)
    assert {key for key in ours if key} - theirs == set()


def test_the_compiled_words_are_the_written_ones():
    written = (ROOT / "locale/sv/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    with (ROOT / "locale/sv/LC_MESSAGES/django.mo").open("rb") as catalog:
        compiled = gettext.GNUTranslations(catalog)
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', written, re.MULTILINE)
    assert len(pairs) > 30
    assert {key: compiled.gettext(key) for key, _word in pairs} == dict(pairs)
