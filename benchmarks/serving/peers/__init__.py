"""Other ways to build a search by photo, from the libraries that their authors build it of.

All use the same models, prepared and read by the same code, search the same codes within the same categories, and
answer with the same products. What differs is how requests come in, share the models, and find their products.
"""
