"""Scene decomposition: which objects a picture shows, and where."""

from shopthelook.detection.detections import Detections, DetectionsError
from shopthelook.detection.detector import Detector

__all__ = ["Detections", "DetectionsError", "Detector"]
