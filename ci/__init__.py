"""The outside world: what publishes, and what speaks with GitHub and the Hub."""
