"""Forty questions that readers of the survey page ask, each answered by one command.

The answers were counted by hand on the page (``tests/data/page-lines.txt``), not in the catalogue. An answer is a
number of rows, or what the rows begin with: for each a part of a title, in any order, or whole cells in order.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import pytest

from tests.conftest import Run
from tests.support.marks import slow_after


@dataclass(frozen=True)
class Question:
    """What is asked, how, and the answer by the page."""

    text: str
    command: str
    count: int
    titles: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())
    columns: str = ""


QUESTIONS = [
    Question("Which works are on RL-based alignment?", "works-by-method -p method=rl-based -p source=listed", 10),
    Question(
        "Which works rank responses?",
        "works-by-method -p method=ranking-based -p source=listed",
        6,
        ("RRHF", "Direct Preference", "Preference Ranking", "SLiC", "Theoretical Paradigm", "Contrastive Preference"),
    ),
    Question("How many works are SFT-based?", "works-by-method -p method=sft-based -p source=listed", 13),
    Question(
        "Which works align in context?",
        "works-by-method -p method=in-context -p source=listed",
        7,
        ("Self-Correction", "CRITIC", "RAIN", "Bayesian", "Vanilla", "Unlocking Spell", "on the Fly"),
    ),
    Question("How many works personalize?", "works-by-method -p method=personalized -p source=listed", 15),
    Question("How many works are multimodal?", "works-by-method -p method=multimodal -p source=listed", 10),
    Question(
        "How many works say what human instructions are?",
        "works-by-goal -p goal=human-instructions -p role=represents -p source=listed",
        17,
    ),
    Question(
        "Which benchmarks are there of following instructions?",
        "benchmarks-by-goal -p goal=human-instructions -p source=listed",
        8,
        (
            "Multitask Prompted",
            "Super-Natural",
            "Flan",
            "OPT-IML",
            "Imitation Game",
            "C-Eval",
            "AGIEval",
            "Model-Written",
        ),
    ),
    Question(
        "Which works both represent human instructions and evaluate them?",
        "works-by-goal -p goal=human-instructions -p role=both -p source=listed",
        5,
        ("Multitask Prompted", "Super-Natural", "Flan", "OPT-IML", "Vicuna"),
    ),
    Question(
        "Which works evaluate human instructions without representing them?",
        "works-by-goal -p goal=human-instructions -p role=evaluates-only -p source=listed",
        7,
        ("Imitation Game", "C-Eval", "AGIEval", "Model-Written", "AlpacaEval", "AlpacaFarm", "LLM-as-a-Judge"),
    ),
    Question(
        "Which chatbot arenas are there?",
        "works-by-approach -p approach=chatbot-arena -p source=listed",
        4,
        ("AlpacaEval", "AlpacaFarm", "Vicuna", "LLM-as-a-Judge"),
    ),
    Question(
        "Which works take human preferences from demonstrations?",
        "works-by-approach -p approach=human-demonstrations -p source=listed",
        6,
        ("Follow Instructions", "Summarize", "Books", "WebGPT", "OpenAssistant", "Reward Design"),
    ),
    Question(
        "Which works let a model give the feedback?",
        "works-by-approach -p approach=synthetic-feedback -p source=listed",
        5,
        ("Reward Design", "Synthetic Feedback", "Simulated", "Language Feedback", "Polite Flamingo"),
    ),
    Question(
        "Which benchmarks are there of human preferences?",
        "benchmarks-by-goal -p goal=human-preferences -p source=listed",
        12,
    ),
    Question(
        "Which works evaluate by a reward model?",
        "works-by-approach -p approach=reward-model -p source=listed",
        5,
        ("Llama 2", "Helpful and Harmless", "Direct Preference", "RAFT", "(Not) for Natural Language"),
    ),
    Question(
        "Which works evaluate by people?",
        "works-by-approach -p approach=human-evaluation -p source=listed",
        5,
        ("Follow Instructions", "Llama 2", "RRHF", "Summarize", "Synthetic Feedback"),
    ),
    Question(
        "Which works both represent human preferences and evaluate them?",
        "works-by-goal -p goal=human-preferences -p role=both -p source=listed",
        3,
        ("Follow Instructions", "Summarize", "Synthetic Feedback"),
    ),
    Question(
        "Which works are about helpful, honest and harmless?",
        "works-by-goal -p goal=HHH -p source=listed",
        7,
        (
            "Follow Instructions",
            "Laboratory",
            "Helpful and Harmless",
            "Judgements",
            "Constitutional",
            "Principle",
            "PALMS",
        ),
    ),
    Question(
        "Which benchmarks are there of safety and risk?",
        "benchmarks-by-goal -p goal=safety -p source=listed",
        4,
        ("Helpful and Harmless", "Safety Assessment", "SafeText", "CValues"),
    ),
    Question(
        "Which benchmarks are there of social norms?",
        "benchmarks-by-goal -p goal=social-norms-and-ethics -p source=listed",
        8,
        ("Integrity", "Social Chemistry", "Stories", "Shared Human", "Scruples", "Mimicry", "Exceptions", "Quandary"),
    ),
    Question(
        "Which works represent human values by desirable behaviours?",
        "works-by-approach -p approach=desirable-behaviours -p goal=human-values -p source=listed",
        5,
        ("Helpful and Harmless", "Red Teaming", "Follow Instructions", "Shared Human", "Bias Frames"),
    ),
    Question(
        "Which works classify human values?",
        "works-by-approach -p approach=value-classifier -p goal=human-values -p source=listed",
        3,
        ("Norms from Stories", "Helpful and Harmless", "Delphi"),
    ),
    Question(
        "Which theories of basic values are there?",
        "works-by-approach -p approach=value-theory -p source=listed",
        4,
        ("Schwartz", "Rokeach", "Life Values", "Moral Foundations"),
    ),
    Question("Which value surveys are there?", "works-by-approach -p approach=value-survey -p source=listed", 7),
    Question(
        "Which works stand in both taxonomies?",
        "works-by-section -p section=value-alignment-algorithms -p also=value-alignment-goals",
        16,
    ),
    Question(
        "Which RL-based works are listed for human values too?",
        "works-by-section -p section=value-alignment-rl-based-alignment -p also=value-alignment-human-values",
        4,
        ("Follow Instructions", "Judgements", "Helpful and Harmless", "Constitutional"),
    ),
    Question(
        "How many works of human preferences are no alignment algorithm?",
        "works-by-section -p section=value-alignment-human-preferences -p not=value-alignment-algorithms",
        20,
    ),
    Question(
        "Which works of human preferences are listed for human values too?",
        "works-by-section -p section=value-alignment-human-preferences -p also=value-alignment-human-values",
        2,
        ("Follow Instructions", "Helpful and Harmless"),
    ),
    Question(
        "Which benchmarks serve several goals?",
        "works-under-several-goals -p approach=benchmark -p source=listed",
        2,
        ("Imitation Game", "Model-Written"),
    ),
    Question("Which works have no goal?", "unplaced-works -p source=listed", 39),
    Question(
        "Where is Constitutional AI listed?",
        "listings-of-work -p work=bai2022-constitutional-ai",
        3,
        rows=(("RL-based Alignment", "8"), ("HHH (Helpful & Honest & Harmless)", "5"), ("Values Principles", "2")),
        columns="heading,position",
    ),
    Question(
        "What is listed under Reward Model, in which order?",
        "listings-of-section -p section=value-alignment-human-preferences-alignment-goal-evaluation-reward-model",
        5,
        rows=(
            ("1", "Llama 2: Open foundation and fine-tuned chat models"),
            ("2", "Training a helpful and harmless assistant with reinforcement learning from human feedback"),
            ("3", "Direct preference optimization: Your language model is secretly a reward model"),
            ("4", "Raft: Reward ranked finetuning for generative foundation model alignment"),
        ),
        columns="position,printedTitle",
    ),
    Question(
        "What was published at NeurIPS 2022, by the page?",
        "works-as-printed -p venue=NeurIPS -p year=2022",
        3,
        ("Follow Instructions", "Second Thoughts", "Exceptions"),
    ),
    Question(
        "What was published at ACL, by the page?",
        "works-as-printed -p venue=ACL",
        4,
        ("GLM", "MISC", "AugESC", "MoralDial"),
    ),
    Question(
        "Which works have no venue on the page?",
        "works-as-printed -p venue=none",
        6,
        (
            "AlpacaEval",
            "Stanford Alpaca",
            "Culture's Consequences",
            "World Values",
            "European Values",
            "Global Attitudes",
        ),
    ),
    Question(
        "Which first authors are listed most often?",
        "printed-values -p field=authors",
        0,
        rows=(("Bai et al.", "9", "2"),),
        columns="printed,listings,works",
    ),
    Question(
        "Which works come with a checkpoint?",
        "works-by-link -p kind=CheckpointLink -p has=yes",
        4,
        ("Helpful and Harmless", "Chain of Utterances", "Multitask Prompted", "OpenAssistant"),
    ),
    Question(
        "Which works have no link to a paper?",
        "works-by-link -p kind=PaperLink -p has=no",
        5,
        ("AlpacaEval", "Stanford Alpaca", "World Values", "European Values", "Global Attitudes"),
    ),
    Question(
        "Which ranking-based works have no project page?",
        "works-by-link -p kind=ProjectLink -p has=no -p section=value-alignment-sft-based-alignment-ranking-based",
        3,
        ("Direct Preference", "SLiC", "Theoretical Paradigm"),
    ),
    Question(
        "Which works are listed most often?",
        "works-by-listings",
        0,
        rows=(("6",), ("6",)),
        columns="listings",
    ),
]


def test_there_are_forty_questions_each_asked_once() -> None:
    assert len(QUESTIONS) == len({question.command for question in QUESTIONS}) == 40


@pytest.mark.parametrize("question", slow_after(12, QUESTIONS), ids=lambda question: question.text)
def test_one_command_gives_the_answer_of_the_page(run: Run, question: Question) -> None:
    asked = run("query", *question.command.split(), "--format", "csv")
    assert asked.code == 0, asked.err
    found = list(csv.DictReader(io.StringIO(asked.out)))
    if question.count:
        assert len(found) == question.count
    titles = [row["title"].casefold() for row in found if "title" in row]
    for part in question.titles:
        assert sum(part.casefold() in title for title in titles) == 1, (part, titles)
    assert len(question.titles) in (0, question.count), "each row is named, or none is"
    columns = question.columns.split(",")
    first = [tuple(row[name] for name in columns) for row in found[: len(question.rows)] if question.rows]
    assert first == list(question.rows)
