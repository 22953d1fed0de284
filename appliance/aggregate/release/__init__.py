"""A release as a file: package, descriptor, report, signature."""
