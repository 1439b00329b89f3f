"""A Hugging Face Hub for tests and demos, on loopback: docs/test_hub.md says what it can."""
