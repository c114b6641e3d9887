"""The demo feed: one Google Merchant row per product. Words, prices and brands are invented."""

import numpy as np

from .geometry import bounds
from .library import load
from .products import Product, color_of, parts_of, seed_of

COLUMNS = [
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "availability",
    "price",
    "google_product_category",
    "product_type",
    "brand",
    "color",
    "material",
    "size",
    "condition",
    "item_group_id",
    "model_creator",
]
STYLES = [
    "Alder",
    "Bergen",
    "Calla",
    "Dover",
    "Elba",
    "Fjord",
    "Gale",
    "Haven",
    "Isle",
    "Juno",
    "Kiln",
    "Lund",
    "Mira",
    "Nord",
    "Oslo",
    "Pine",
    "Quay",
    "Ria",
    "Sola",
    "Tarn",
    "Una",
    "Vale",
    "Wren",
    "Yarrow",
    "Zest",
    "Arden",
    "Birch",
    "Cove",
    "Dune",
    "Ember",
]
BRANDS = [
    "Nordwood",
    "Casa Lume",
    "Oakfield",
    "Plain & Co",
    "Studio Haze",
    "Marlow Home",
    "Tidewater",
    "Brickhouse",
]
MATERIALS = {
    "wood": "wood oak pine teak walnut bois legno madera alder pear",
    "glass": "glass vidrio verre cristal",
    "leather": "leather cuir cuero pelle",
    "fabric": "cloth fabric tissu tela cushion textile cotton sofa",
    "metal": "metal steel chrome iron alu inox brass",
    "plastic": "plastic plastique",
    "ceramic": "ceramic glaze porcelain",
    "stone": "marble stone granite concrete",
}


def material_of(parts) -> str:
    """Material word where the largest named material tells it, else an empty string."""
    areas: dict[str, float] = {}
    for p in parts:
        name = p.material.name.lower()
        word = next((m for m, hints in MATERIALS.items() if any(h in name for h in hints.split())), "")
        areas[word] = areas.get(word, 0.0) + p.area()
    best = max(areas, key=areas.get)
    return best if areas[best] > 0.35 * sum(areas.values()) else ""


def row(product: Product, libraries) -> dict[str, str]:
    """Feed row of a product."""
    model, category = product.model, product.model.category
    rng = np.random.default_rng(seed_of("feed " + product.group))
    low, high = bounds(load(model, libraries))
    width, height, depth = (int(max(1, round(100 * x))) for x in high - low)
    style, brand = STYLES[rng.integers(len(STYLES))], BRANDS[seed_of("brand " + model.creator) % len(BRANDS)]
    bottom, top = category.price
    # Prices grow with size inside the category's range, and end in 9 as shop prices do.
    wish = bottom * (top / bottom) ** float(np.clip(rng.beta(2, 3), 0, 1))
    price = int(wish // 10 * 10 + 9) if wish > 20 else int(wish)
    color, material = color_of(product, libraries), material_of(parts_of(product, libraries))
    size = f"{width} x {depth} x {height} cm"
    leaf = category.path.split(" > ")[-1]
    return {
        "id": product.id,
        "title": f"{style} {model.name.lower()}, {color}",
        "description": f"{model.name} in {', '.join(w for w in (color, material) if w)}. "
        f"Width {width} cm, depth {depth} cm, height {height} cm. "
        "Demo product: the picture is a rendering of a 3D model, the name, brand and price are invented.",
        "link": f"https://example.com/demo/{product.id}",
        "image_link": f"products/{product.id}.webp",
        "availability": "in_stock" if rng.uniform() < 0.92 else "out_of_stock",
        "price": f"{price}.00 USD",
        "google_product_category": category.path,
        "product_type": f"{category.path.split(' > ')[-2]} > {leaf} > {model.name}",
        "brand": brand,
        "color": color,
        "material": material,
        "size": size,
        "condition": "new",
        "item_group_id": product.group,
        "model_creator": f"{model.creator} ({model.id.split('/')[0]})",
    }
