"""The cellar: what every room uses and no room owns. No tables, and it imports no room."""
