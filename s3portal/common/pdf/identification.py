"""Says in the file's XMP that it follows PDF/UA-1 beside the PDF/A-3a that WeasyPrint declares.

WeasyPrint declares one standard per file. PDF/A lets a second one in only if its schema is described in the
same packet (ISO 19005-3, 6.6.2.3), and readers of archives want the packet uncompressed.
"""

from __future__ import annotations

import pydyf

_CLOSING = b"</rdf:RDF>"
_PDF_UA = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas>\
</rdf:Description>"""


def declare_pdf_ua(pdf: pydyf.PDF) -> None:
    """Add the PDF/UA-1 identification to WeasyPrint's metadata stream, before the file is written."""
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    packet = b"".join(metadata.stream)
    if packet.count(_CLOSING) != 1:
        raise ValueError("WeasyPrint's XMP packet no longer ends as expected.")
    metadata.stream = [packet.replace(_CLOSING, _PDF_UA + _CLOSING)]
    metadata.compress = False
