"""How the server holds: photos and stored scenes over HTTP, beside other ways to build the same."""
