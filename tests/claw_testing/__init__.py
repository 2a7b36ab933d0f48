"""What tests share: claims of edge cases, fixtures in code, doubles of the outside world."""
