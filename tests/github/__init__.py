"""A stateful stand-in for GitHub on loopback: what the bot reads and writes, as GitHub keeps it."""
