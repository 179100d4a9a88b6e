"""The pages of one epic and one story, and of what is signed about them."""
