"""How often an embedder's heads are right: attributes, gender and category (section 6.3 and table 6 of the paper)."""

from shopthelook.evaluation.embedding.attributes.evaluating import AttributeEvaluation, evaluate_attributes
from shopthelook.evaluation.embedding.attributes.figures import HeadFigures
from shopthelook.evaluation.embedding.attributes.saying import Question, questions

__all__ = ["AttributeEvaluation", "HeadFigures", "Question", "evaluate_attributes", "questions"]
