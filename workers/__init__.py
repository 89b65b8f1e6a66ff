"""Thin Celery tasks: each is told a stage, claims what is due, and calls one function of the pipeline."""
