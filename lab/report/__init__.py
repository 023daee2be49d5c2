"""Reports: what people and programs see of a record.

Every module here reads a record (`tlslab.model.record`) and nothing else, but for `lesson` and `listing`, which show
what there is to run.
"""
