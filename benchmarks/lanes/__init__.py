"""Due rows of many tenants through lanes, against entries of the queue beneath them."""
