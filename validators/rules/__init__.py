"""The rules, one module or two per family. Every module here is loaded by being here."""
