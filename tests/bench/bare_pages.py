"""The yardstick for documents: WeasyPrint alone, in a process of its own that knows nothing of the portal but
where its style sheets and fonts are."""


def begin() -> None:
    import django

    django.setup()


def render(html: str) -> int:
    """The number of bytes of the PDF."""
    import weasyprint

    from s3portal.common.pdf.fetching import STATIC_BASE, StaticFetcher

    page_tree = weasyprint.HTML(string=html, base_url=STATIC_BASE, url_fetcher=StaticFetcher())
    return len(page_tree.write_pdf())
