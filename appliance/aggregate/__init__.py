"""The wing that may hold only counts: exact tabulations in, protected and signed packages out."""
