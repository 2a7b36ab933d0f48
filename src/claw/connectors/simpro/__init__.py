"""simPRO: the job and schedule system of trades businesses, read and never written."""
