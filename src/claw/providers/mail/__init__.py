"""E-mail by SMTP: any server that takes mail."""
