"""The single-product data set: pictures of one product on white, from a shop's own catalogue (section 5.2)."""
