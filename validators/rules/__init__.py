"""The rules, one module per family. Every module here is loaded by being here."""
