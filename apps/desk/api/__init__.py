"""The API's second door to the desk: what waits for me, what I was told, what I look for."""
