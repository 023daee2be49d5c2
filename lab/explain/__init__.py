"""From an error text to its cause: what was pasted is read, documented texts are found in it, and they name causes."""
