"""What tells problems from talk: that it can be learnt anew, and how well the weights that come with the code do."""

from __future__ import annotations

import json
from pathlib import Path

import evals
from agents.adapters.chatter import NUMBERS, Chatter, tells_of_a_problem
from evals.chatter import Message
from evals.learn_chatter import main
from evals.reading import Arrival, rows

HERE = Path(evals.__file__).parent
MISSED, TAKEN = 0.05, 0.12  # what it learnt from, so that this says only that it was learnt


def test_the_weights_are_learnt_from_a_folder_and_the_projects_own_sets(tmp_path: Path) -> None:
    said = [{"user": "a", "text": "the nightly export is broken again"}, {"user": "b", "text": "looking"}]
    dialogue = {"project": "p", "messages": said, "label": 1}
    (tmp_path / "dialogs.jsonl").write_text(json.dumps(dialogue) + "\n")
    (tmp_path / "messages.jsonl").write_text(json.dumps({"text": "lunch?"}) + "\n")

    main(tmp_path, tmp_path / "all.json")
    main(tmp_path, tmp_path / "half.json", half=True)

    learnt, half = (Chatter.model_validate_json((tmp_path / name).read_text()) for name in ("all.json", "half.json"))
    assert len(learnt.numbers) == len(NUMBERS)
    assert learnt.score("the export is empty since the deploy, customers complain") > learnt.score("lunch at noon?")
    assert len(half.words) < len(learnt.words)


def test_problems_in_slack_are_taken_and_talk_is_not() -> None:
    streams = [HERE / "mixed/stream.jsonl", *HERE.glob("several/*/stream.jsonl")]
    problems = [each.body for path in streams for each in rows(path, Arrival) if each.source == "slack"]
    talk = [each.text for each in rows(HERE / "chat/learnt.jsonl", Message)]

    assert len(problems) > 100
    assert len(talk) > 100
    assert sum(not tells_of_a_problem(text) for text in problems) / len(problems) <= MISSED
    assert sum(tells_of_a_problem(text) for text in talk) / len(talk) <= TAKEN
