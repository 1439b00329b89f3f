"""What may go wrong in a publish, point by point; `python -m tests.publish_faults` prints all."""
