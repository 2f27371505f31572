"""Infrastructure datasets, one file each."""
