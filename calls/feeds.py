"""The newest calls as feeds: Atom (RFC 4287) and RSS 2.0. Every address in them is whole."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calls.addresses import absolute, call_address
from calls.models import Call
from calls.queries.published import changed_at, newest_calls
from s3portal.common.swedish import format_datetime, format_kr

# Django's class takes its types only when they are checked.
if TYPE_CHECKING:
    _Feed = Feed[Call, None]
else:
    _Feed = Feed
# What XML cannot hold at all; one such sign in one text would cost the whole feed.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)


class AtomCalls(_Feed):
    """Calls as entries that are updated by what officers change."""

    feed_type: type[SyndicationFeed] = Atom1Feed
    language = "sv"
    address = "calls:atom"

    def title(self) -> str:
        return f"Utlysningar – {settings.REGION['name']}"

    def subtitle(self) -> str:
        return "Nya och ändrade utlysningar inom smart specialisering."

    description = subtitle

    def link(self) -> str:
        return absolute(reverse("calls:call_list"))

    def feed_url(self) -> str:
        return absolute(reverse(self.address))

    def feed_guid(self) -> str:
        return self.link()

    def author_name(self) -> str:
        return str(settings.REGION["name"])

    def items(self) -> list[Call]:
        return newest_calls()

    def item_title(self, item: Any) -> str:
        return _fit(item.title)

    def item_description(self, item: Call) -> str:
        return _fit(_description(item))

    def item_link(self, item: Call) -> str:
        return call_address(item)

    def item_guid(self, item: Call) -> str:
        return call_address(item)

    item_guid_is_permalink = True

    def item_pubdate(self, item: Call) -> datetime:
        return item.published_at or item.opens_at

    def item_updateddate(self, item: Call) -> datetime:
        return changed_at(item)

    def item_categories(self, item: Call) -> list[str]:
        return [_fit(area.name) for area in item.areas.all()]

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        return None


class RssCalls(AtomCalls):
    """The same for readers that only know RSS. It has no date for changes, so the text tells of them."""

    feed_type = Rss201rev2Feed
    address = "calls:rss"


def _description(call: Call) -> SafeString:
    facts = [f"Ram: {format_kr(call.frame)}", f"Öppnar: {format_datetime(call.opens_at)}"]
    facts.append(f"Sista ansökningsdag: {format_datetime(call.closes_at)}")
    changes = [f"Ändrad {format_datetime(change.at)}: {change.text}" for change in call.changes.all()]
    paragraphs = [call.summary, ". ".join(facts) + ".", *changes]
    return format_html("{}", format_html_join("", "<p>{}</p>", ((text,) for text in paragraphs)))
