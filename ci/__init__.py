"""The outside world: pull requests, the Hub, what is built and published. Nobody imports it."""
