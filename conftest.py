"""Makes the matrix and its options (`--lab-client`, `--lab-scenario` ...) available to pytest."""

pytest_plugins = ["tlslab.pytest_plugin"]
