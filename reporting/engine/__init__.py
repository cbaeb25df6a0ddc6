"""How indicators are computed: what is known as of a cut-off, summed in SQL that both databases run unchanged."""
