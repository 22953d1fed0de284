"""The encrypted database, its keys, its history, and what each column is for."""
