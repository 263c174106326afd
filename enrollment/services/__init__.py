"""What can be done with enrollments; one module per act."""
