"""The rooms of the portal; README.md shows their floors."""
