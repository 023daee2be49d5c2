"""The commands of `tlslab`, by what they are about; `lab.cli` puts them together."""
