"""A paper that is not signed, handed out as a file: PDF for keeping, Word to go on working with."""

from io import BytesIO

from documents.guard import named_after
from documents.layout.drawing import paper_as_pdf
from documents.layout.word import paper_as_docx
from documents.serving import as_attachment
from documents.word_tables import DOCX

PDF = "application/pdf"


def file_of_paper(paper, kind, title):
    """The `documents.layout.data.Paper` as an attachment called after `title`; `kind` is "pdf" or "word"."""
    if kind == "pdf":
        content, ending, content_type = paper_as_pdf(paper).pdf, "pdf", PDF
    else:
        content, ending, content_type = paper_as_docx(paper), "docx", DOCX
    return as_attachment(BytesIO(content), named_after(title, ending), content_type, size=len(content))
