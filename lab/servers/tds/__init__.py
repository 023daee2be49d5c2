"""The embedded TDS endpoint: the lab's stand-in for SQL Server where the real one cannot run."""
