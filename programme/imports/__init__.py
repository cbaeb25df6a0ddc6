"""What can be imported into the programme: each noun registers its own kinds."""

from programme.imports import treasury  # noqa: F401 - registers its kind when it is read
