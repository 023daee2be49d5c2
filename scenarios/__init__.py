"""The catalogue: one module a failure class. Open one and learn the failure; `tlslab.catalogue` finds what is declared
here.
"""
