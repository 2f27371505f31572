"""For operators of the pipeline: the record of runs, the check of the installation, the list of sources."""
