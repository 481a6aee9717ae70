"""One decision rendered and sealed as at the signature, against bare WeasyPrint on the same HTML."""

import weasyprint
from django.template.loader import render_to_string
from weasyprint.text.fonts import FontConfiguration

from decisions import document
from s3portal.common.pdf import Seal, seal_pdf
from s3portal.common.pdf.fetching import STATIC_BASE, StaticFetcher
from tests.bench.measure import aim, heading, number, pairs, say, timed
from tests.bench.world import Scene

ROUNDS = 12
LIMIT = 1.5


def measure(scene: Scene) -> None:
    heading("Beslutet som PDF")
    decision = type(scene.decision).objects.with_parts().get(pk=scene.decision.pk)
    seal = Seal.from_settings()
    html = render_to_string(document.TEMPLATE, document.decision_context(decision))

    def portal() -> bytes:
        pdf = document.render_decision(decision, preview=False)
        return seal_pdf(
            pdf, signer_name=decision.signatory_name, reason="Beslut", location="Östersund", seal=seal
        )

    def bare() -> bytes:
        page_tree = weasyprint.HTML(string=html, base_url=STATIC_BASE, url_fetcher=StaticFetcher())
        return bytes(page_tree.write_pdf())

    def render_only() -> bytes:
        return document.render_decision(decision, preview=False)

    fonts = FontConfiguration()

    def bare_with_fonts() -> bytes:
        page_tree = weasyprint.HTML(string=html, base_url=STATIC_BASE, url_fetcher=StaticFetcher())
        return bytes(page_tree.write_pdf(font_config=fonts))

    found = pairs(lambda: timed(portal), lambda: timed(bare), ROUNDS)
    harder = pairs(lambda: timed(portal), lambda: timed(bare_with_fonts), ROUNDS)
    rendering = pairs(lambda: timed(render_only), lambda: timed(bare_with_fonts), ROUNDS)
    say("A: render_decision (mall, PDF/A-3a och PDF/UA-1, bifogade data, kontroller) och seal_pdf (PAdES).")
    say("B: weasyprint.HTML(…).write_pdf() på samma HTML, med samma formatmallar och typsnitt.")
    say(
        f"    A {number(found.a_median)} ms, B {number(found.b_median)} ms, "
        f"A/B {number(found.ratio)} ({found.spread})"
    )
    say(aim(found.ratio <= LIMIT, f"högst {number(LIMIT)}"))
    say("Portalen behåller uppackade typsnitt mellan dokumenten, vilket B inte gör. Mot en B som gör det:")
    say(f"    B {number(harder.b_median)} ms, A/B {number(harder.ratio)} ({harder.spread})")
    say(f"    bara renderingen, utan sigillet: A/B {number(rendering.ratio)} ({rendering.spread})")
    say(f"    sidan är {len(html) / 1024:.0f} kB HTML, filen {len(portal()) / 1024:.0f} kB PDF")
