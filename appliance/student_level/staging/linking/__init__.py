"""Who is who: which person a row is about, by an id that says so, else by asking a person, never by a guess."""
