"""The diff: two records, or a record and a baseline, cell by cell and act by act. Pure but for `baseline`'s files."""
