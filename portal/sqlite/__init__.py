"""Django's SQLite, in which whoever writes takes turns."""
