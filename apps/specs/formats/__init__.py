"""Reports of test runners, read: one file a format, each `read(data, *, zone) -> Report`. Pure."""
