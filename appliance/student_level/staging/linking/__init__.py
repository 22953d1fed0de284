"""Who is who: which person a row is about. By an identifier when one says so, else by asking a person, never by guess."""
