"""One NAME.sql a metric, with its catalogue: student rows in, a Tabulation out."""
