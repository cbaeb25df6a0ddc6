from documents.models.copies import PaperCopy
from documents.models.imports import Import, ImportPart, ImportQuerySet, ImportTurn, StoredFile
from documents.models.incoming import IncomingPaper, IncomingScan, IncomingStep
from documents.models.numbers import NumberCounter, NumberSeries, PaperNumber
from documents.models.papers import OutgoingPaper, PaperStep
from documents.models.trust import TrustedCertificate
from documents.models.work_files import WorkFile, WorkFileItem

__all__ = [
    "Import",
    "ImportPart",
    "ImportQuerySet",
    "ImportTurn",
    "IncomingPaper",
    "IncomingScan",
    "IncomingStep",
    "NumberCounter",
    "NumberSeries",
    "OutgoingPaper",
    "PaperCopy",
    "PaperNumber",
    "PaperStep",
    "StoredFile",
    "TrustedCertificate",
    "WorkFile",
    "WorkFileItem",
]
