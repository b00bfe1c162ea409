"""Measures, not checks: how fast is it, beside what others take for the same?"""
