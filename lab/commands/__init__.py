"""The commands of `tlslab`, by what they are about; `tlslab.cli` puts them together."""
