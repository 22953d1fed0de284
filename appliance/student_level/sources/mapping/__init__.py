"""Plain files of any system, described by a mapping: a versioned TOML file that names columns and codes."""
