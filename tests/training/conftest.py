"""Training is tested on the detectors' miniature data set."""

from tests.detection.conftest import coco
from tests.detection.training.conftest import one_thread, photos

__all__ = ["coco", "one_thread", "photos"]
