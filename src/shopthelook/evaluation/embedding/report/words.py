"""What a report on retrieval says in words, the same on the page and in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.evaluation.embedding.comparing import ROUNDS

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.asking import Part
    from shopthelook.evaluation.embedding.results import Evaluation, Measured

TITLE = "Embedders, measured"
HOW = (
    "A query is answered by exact search in all of the corpus. P@1: the share of queries whose first hit is right. "
    "P@5: the share of right ones among the first five, of five or of all the right ones where there are fewer. "
    "recall@k: the share of queries with a right one among the first k. MRR: the mean of 1 / rank of the first right "
    "one. Figures are percentages.",
    "Binary codes are compared by Hamming distance, as in serving, floats by their cosine. Equal distances rank in an "
    "order that has nothing to do with what is right. “Binary keeps” is P@1 of binary codes over that of floats.",
    "The right answer is the product's main picture. All other pictures are distractors: they show other things.",
    "Smaller figures are 95% intervals from {replicates:,} draws of groups of queries (all colours of a model, all "
    "things of a photo) with replacement. Gains are drawn on the same queries for both embedders; one is coloured "
    "where its interval leaves out 0. Queries of fewer than ten groups have no interval.",
    f"p is two-sided, of a paired randomisation test: {ROUNDS:,} draws of which embedder gave which answers, group by "
    "group (Fisher 1935; Smucker, Allan and Carterette, CIKM 2007).",
)
LATENCY = (
    "One core, one thread, one crop at a time, from its pixels to its code; {n} crops. Processor time is the median "
    "too; other work on the machine hardly changes it."
)
DETECTED = (
    "The detector's box is the one that serving shows, of {detector}, that overlaps the given box most, with an IoU of "
    "at least 0.5 (section 6.3.1 of the paper). A query that it misses counts as wrong."
)
SAME = "Right is what agrees with the query in {labels}; pictures of the query's own group do not answer it."
CATEGORY = (
    "“Its category” and “the label's category”: only products of the coarse category answer that the detector says, or "
    "the data set. “All products”: anything may answer."
)


def size(one: Measured) -> str:
    """How much was asked, and of how many."""
    asked = one.benchmark
    part = "" if asked.split == "all" else f" of the split “{asked.split}”"
    text = (
        f"{len(asked.queries):,} queries{part} in {one.draws.count:,} groups; {len(asked.corpus):,} pictures may "
        f"answer, {asked.distractors:,} of them distractors"
    )
    if one.found is not None:
        text += f"; the detector missed {int(one.found.missed.sum()):,} of the {len(asked.queries):,} queries"
    if asked.unanswerable:
        text += f"; {asked.unanswerable:,} more have no right answer and were left out"
    return text


def caution(split: Part) -> str:
    """What keeps the figures from being a promise, empty where nothing does."""
    return {
        "train": "Embedders learn from the split “train”: these figures say nothing of other pictures.",
        "val": "Settings are chosen on the split “val”: publish figures of the split “test”.",
        "all": "Measured on all views: right for embedders that learned from none of them.",
    }.get(split, "")


def how(evaluation: Evaluation) -> list[str]:
    """How it was measured, a sentence or two each."""
    said = [text.format(replicates=evaluation.replicates) for text in HOW]
    if evaluation.detector:
        said.append(DETECTED.format(detector=evaluation.detector.partition(":")[0]))
    said.append(CATEGORY)
    same = {one.benchmark.same for one in evaluation.measured if one.benchmark.same}
    return said + [SAME.format(labels=" and ".join(labels)) for labels in sorted(same)]
