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

__all__ = ["PARTS", "YES_NO", "Component", "Fact", "FormField", "Procedure", "ProcedureStep", "ProcedureVersion"]
