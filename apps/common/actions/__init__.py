"""What the cellar does by itself: files of this machine are tidied."""
