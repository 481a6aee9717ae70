"""A decision as real ones are: two pages, a table that breaks over them, lists in lists, links, data."""

from datetime import UTC, datetime

from django.conf import settings
from django.template import engines

from s3portal.common.pdf import Attachment, render_pdf

CREATED_AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TITLE = "RUN/664/2021 Deltagande i projekt: Designdrivna Innovationskluster – ”åäö”"
HEADINGS = [
    "Ärendebeskrivning",
    "Bakgrund",
    "Beslutsunderlag",
    "Delegationsbestämmelse och delegation",
    "Beslut",
    "Anmälan",
    "Utdrag till",
]
DATA = {
    "diarienummer": "RUN/664/2021",
    "belopp": 150000,
    "mottagare": "Stiftelsen Svensk industridesign (SVID)",
}

_ROWS = "".join(
    f'<tr><th scope="row">Kostnadsslag {number}</th><td class="dok-tal">{number}0&nbsp;000</td></tr>'
    for number in range(1, 41)
)
_TEMPLATE = """{% extends "documents/base.html" %}{% block content %}
<div class="dok-meta">
  <address><b>Näringsliv och samhällsbyggnad</b><br>Åsa Hofsten<br>E-post: asa.hofsten@example.se</address>
  <dl>
    <dt>Datum</dt><dd>2022-03-10</dd>
    <dt>Diarienummer</dt><dd class="dok-diarienr">RUN/664/2021</dd>
  </dl>
</div>
<h1 class="dok-titel">Deltagande i projekt: Designdrivna Innovationskluster</h1>
<section>
  <h2 class="dok-rubrik">Ärendebeskrivning</h2>
  <p>Projektet beskrivs på <a href="https://example.se/projekt?a=1&amp;b=2">projektets sida</a>.
     Se även <a href="#beslut">beslutet</a>.</p>
  <h3 class="dok-rubrik">Bakgrund</h3>
  <ol><li>stärka företagens förmåga:<ul><li>kunder</li><li>insikter</li></ul></li><li>lärlabb</li></ol>
  <table class="dok-tabell">
    <caption>Budget i kronor</caption>
    <thead><tr><th scope="col">Kostnad</th><th scope="col" class="dok-tal">Belopp</th></tr></thead>
    <tbody>ROWS</tbody>
  </table>
</section>
<section><h2 class="dok-rubrik">Beslutsunderlag</h2>
  <ul class="dok-underlag"><li>Förfrågan om samverkan</li><li>Projektbeskrivning</li></ul></section>
<section><h2 class="dok-rubrik">Delegationsbestämmelse och delegation</h2><p>Punkt 8.1</p></section>
<section class="dok-beslut" id="beslut"><h2 class="dok-rubrik">Beslut</h2>
  <ol><li>Region Jämtland Härjedalen deltar i projektet med 150&nbsp;000 kronor.</li></ol></section>
<div class="dok-sign"><div class="dok-sign__space"></div><b>Anna Halvarsson</b>
  Tf. regional utvecklingsdirektör</div>
<div class="dok-end"><section><h2 class="dok-rubrik">Anmälan</h2><p>Regionala utvecklingsnämnden</p></section>
<section><h2 class="dok-rubrik">Utdrag till</h2><p>SVID</p></section></div>
{% endblock %}"""


def decision_html(extra: str = "") -> str:
    """``extra`` is put where a case officer's text would be."""
    source = _TEMPLATE.replace("ROWS", _ROWS).replace("<h3", f"{extra}<h3", 1)
    return engines["django"].from_string(source).render({"title": TITLE, "region": settings.REGION})


def decision_pdf(extra: str = "") -> bytes:
    return render_pdf(
        html=decision_html(extra),
        title=TITLE,
        created_at=CREATED_AT,
        attachments=[
            Attachment.json("beslut.json", DATA, description="Beslutets uppgifter i maskinläsbar form")
        ],
    )
