from dossiers.models.dossiers import Dossier, DossierFile, DossierNumber
from dossiers.models.handling import DossierNote, SlipLine, SupplementChange, SupplementItem, SupplementRequest
from dossiers.models.links import DossierLink
from dossiers.models.messages import DossierMessage
from dossiers.models.procedures import (
    PARTS,
    YES_NO,
    Component,
    Fact,
    FormField,
    Procedure,
    ProcedureStep,
    ProcedureVersion,
)
from dossiers.models.results import ResultPaper

__all__ = [
    "PARTS",
    "YES_NO",
    "Component",
    "Dossier",
    "DossierFile",
    "DossierLink",
    "DossierMessage",
    "DossierNote",
    "DossierNumber",
    "Fact",
    "FormField",
    "Procedure",
    "ProcedureStep",
    "ProcedureVersion",
    "ResultPaper",
    "SlipLine",
    "SupplementChange",
    "SupplementItem",
    "SupplementRequest",
]
