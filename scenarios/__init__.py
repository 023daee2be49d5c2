"""The catalogue: one module a failure class. Open one and learn the failure; `lab.catalogue` finds what is declared
here.
"""
