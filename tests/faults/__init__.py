"""Can an index be lost, or answer wrongly? `python -m tests.faults` tries, and counts what survives."""
