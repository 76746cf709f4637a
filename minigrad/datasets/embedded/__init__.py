"""The data that come with minigrad, and the script that makes them."""
