from audit.guards import append_only

GUARDS = [append_only("jobs_operation", allow=("answer",))]
