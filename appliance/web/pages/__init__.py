"""One file a page: its handler and its frozen dataclass. Its template has the same name in templates/pages/."""
