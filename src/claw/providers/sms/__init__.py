"""Text messages: ``sandbox`` sends none and is for development; real ones come beside it."""
