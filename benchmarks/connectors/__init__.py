"""What a connector's read and map cost on our path, against a bare one (C22)."""
