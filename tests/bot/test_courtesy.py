"""Answers go first: what nobody waits for gives way, but not for ever, and nothing it does stops what follows it."""

from __future__ import annotations

import threading
import time

from bot.courtesy import Courtesy


def test_work_gives_way_until_the_last_answer_is_given() -> None:
    courtesy = Courtesy(patience=60)
    order: list[str] = []

    def work() -> None:
        courtesy.give_way()
        order.append("work")

    with courtesy.answering():
        worker = threading.Thread(target=work)
        worker.start()
        with courtesy.answering():
            pass
        order.append("answer")
    worker.join()
    assert order == ["answer", "work"]


def test_work_does_not_wait_when_nobody_wants_an_answer() -> None:
    courtesy = Courtesy(patience=60)
    with courtesy.answering():
        pass
    began = time.monotonic()
    courtesy.give_way()
    assert time.monotonic() - began < 30


def test_work_goes_on_in_the_end_while_answers_never_cease() -> None:
    courtesy = Courtesy()
    with courtesy.answering():
        courtesy.give_way()  # returns


def test_what_follows_an_answer_is_done_in_order_and_survives_a_failure() -> None:
    courtesy, done = Courtesy(), []
    courtesy.after(lambda: done.append(1))
    courtesy.after(lambda: done.append(1 // 0))
    courtesy.after(lambda: done.append(2))
    finished = threading.Event()
    courtesy.after(finished.set)
    assert finished.wait(5)
    courtesy.close()
    assert done == [1, 2]
