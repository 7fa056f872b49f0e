"""Stages of approximation as values, put on a model's linear maps and taken off again, watched while they
run.
"""
