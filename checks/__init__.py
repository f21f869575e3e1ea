"""The built-in checks: one folder each, found by what lies here. No list is kept."""
