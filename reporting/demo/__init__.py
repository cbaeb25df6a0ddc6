"""Synthetic data for trying the portal out and for measuring it: plainly invented, marked so, always the same.

Real published facts are reference data of `programme` and are never mixed with these rows.
"""
