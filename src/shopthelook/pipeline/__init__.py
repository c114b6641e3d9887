"""The flows that join the rooms: import, embed, index; picture, objects, hits."""

from shopthelook.pipeline.listing import Listing
from shopthelook.pipeline.results import Decomposition, Hit, ObjectHits, SceneObject, SearchResult
from shopthelook.pipeline.shop import Shop

__all__ = ["Decomposition", "Hit", "Listing", "ObjectHits", "SceneObject", "SearchResult", "Shop"]
