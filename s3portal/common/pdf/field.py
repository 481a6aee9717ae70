"""An invisible signature field that PDF/UA accepts, and a writer that leaves the rest of the file alone."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

# Annotation flags of ISO 32000-1, table 165. PDF/A wants Print and forbids Hidden; the field is invisible
# because its rectangle is empty.
_PRINT_AND_LOCKED = 4 | 128
# Signatures exist, and the file may only be appended to (table 219).
_SIGNED_APPEND_ONLY = 1 | 2


class AppendingWriter(IncrementalPdfFileWriter):
    """Appends what it is given and leaves the rest of the file as it was rendered.

    pyHanko rewrites XMP and document information on every save, in its own way: that drops what PDF/A and
    PDF/UA demand of the packet, and the file then follows neither standard. There is no setting for it; the
    tests hold both profiles on the sealed file.
    """

    def _update_meta(self) -> None:
        pass


def add_signature_field(writer: IncrementalPdfFileWriter, field_name: str, *, description: str) -> None:
    """Add an empty field to the first page of a tagged PDF that WeasyPrint wrote.

    ISO 14289-1, 7.18: a widget has a description and lies in a Form element of the tag tree, which knows the
    widget (OBJR) and is found from it (StructParent through the parent tree). Raises KeyError when the PDF
    is not tagged.
    """
    root: Any = writer.root
    tree = root["/StructTreeRoot"]
    parents = tree["/ParentTree"]["/Nums"]
    key = max((int(parents[at]) for at in range(0, len(parents), 2)), default=-1) + 1
    page_reference, _resources = writer.find_page_for_modification(0)
    page = page_reference.get_object()

    widget = writer.add_object(
        _pdf(
            {
                "/Type": "/Annot",
                "/Subtype": "/Widget",
                "/FT": "/Sig",
                "/T": field_name,
                "/TU": description,
                "/Contents": description,
                "/F": _PRINT_AND_LOCKED,
                "/P": page_reference,
                "/Rect": [0, 0, 0, 0],
                "/StructParent": key,
            }
        )
    )
    element = writer.add_object(
        _pdf(
            {
                "/Type": "/StructElem",
                "/S": "/Form",
                "/P": tree["/K"].raw_get(0),
                "/Pg": page_reference,
                "/Alt": description,
                "/K": {"/Type": "/OBJR", "/Obj": widget, "/Pg": page_reference},
            }
        )
    )
    _append(writer, tree["/K"][0], "/K", element)
    _append(writer, tree["/ParentTree"], "/Nums", _pdf(key), element)
    tree["/ParentTreeNextKey"] = _pdf(key + 1)
    writer.update_container(tree)
    _append(writer, page, "/Annots", widget)
    page["/Tabs"] = _pdf("/S")
    writer.update_container(page)
    if "/AcroForm" not in root:
        root["/AcroForm"] = _pdf({"/Fields": [], "/SigFlags": _SIGNED_APPEND_ONLY})
        writer.update_root()
    _append(writer, root["/AcroForm"], "/Fields", widget)


def _append(writer: IncrementalPdfFileWriter, owner: Any, key: str, *values: Any) -> None:
    if key not in owner:
        owner[key] = _pdf([])
        writer.update_container(owner)
    owner[key].extend(values)
    writer.update_container(owner[key])


def _pdf(value: Any) -> Any:
    """A Python value as a PDF object. Text that begins with a slash is a name; PDF objects pass through."""
    match value:
        case generic.PdfObject():
            return value
        case dict():
            return generic.DictionaryObject({pdf_name(key): _pdf(item) for key, item in value.items()})
        case list():
            return generic.ArrayObject([_pdf(item) for item in value])
        case int():
            return generic.NumberObject(value)
        case _ if value.startswith("/"):
            return pdf_name(value)
        case _:
            return generic.TextStringObject(value)
