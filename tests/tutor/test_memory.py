"""What is remembered of concepts, what is proposed next, and the plan."""

from datetime import UTC, date, datetime, timedelta

import pytest

from minigrad.course.checking import Outcome
from minigrad.course.diagnosis import Finding
from minigrad.course.lessons import all_lessons, find_lesson
from minigrad.course.workspace import WorkspaceError
from minigrad.tutor import memory
from minigrad.tutor.advice import STUCK, advice
from minigrad.tutor.dialogue import dialogue_of
from minigrad.tutor.plan import FASTEST, SLOWEST, PlanError, make_plan, minutes_of
from minigrad.tutor.progress import draw

LESSON = find_lesson("1.4")
WHY, NUMBER = [dialogue_of(LESSON).question(n) for n in ("why_activation", "sigmoids_in_a_row")]
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def solve(workspace, *lessons):
    for lesson in lessons:
        workspace.record(lesson, [Outcome(blank, None) for blank in lesson.blanks], "code")


def concept(workspace, name="nonlinearity"):
    return next(c for c in memory.concepts(workspace.state()) if c.id == name and c.lesson == LESSON)


def test_a_concept_is_due_later_the_better_it_went(workspace):
    due = {}
    for grade in (memory.AGAIN, memory.HARD, memory.GOOD):
        workspace.update(lambda state: state.pop("concepts", None))
        memory.remember_answer(workspace, WHY, grade, 0, 0, NOW)
        due[grade] = concept(workspace).due
    assert NOW < due[memory.AGAIN] <= due[memory.HARD] < due[memory.GOOD]


def test_intervals_grow_with_every_right_review_and_strength_falls_with_time(workspace):
    when, gaps = NOW, []
    for _ in range(4):
        memory.remember_answer(workspace, WHY, memory.GOOD, 0, 0, when)
        gaps.append(concept(workspace).due - when)
        when = concept(workspace).due
    assert gaps == sorted(gaps)
    assert len(set(gaps)) == 4
    found = concept(workspace)
    assert found.strength(when) == pytest.approx(0.9, abs=0.02)
    assert found.strength(when + 30 * DAY) < found.strength(when)


def test_functions_that_pass_rate_their_concept_once(workspace):
    blank = LESSON.exercise("ReLU.backward").blank
    memory.remember_checks(workspace, LESSON, [Outcome(blank, Finding("zero"))], [], NOW)
    assert concept(workspace, "activation_gradients").due is None
    memory.remember_checks(workspace, LESSON, [Outcome(blank, None)], [], NOW)
    due = concept(workspace, "activation_gradients").due
    memory.remember_checks(workspace, LESSON, [Outcome(blank, None)], [blank.name], NOW + DAY)
    assert concept(workspace, "activation_gradients").due == due > NOW


def test_a_function_whose_solution_was_looked_up_shows_nothing(workspace):
    blank = LESSON.exercise("ReLU.backward").blank
    workspace.note(blank, solution=True)
    memory.remember_checks(workspace, LESSON, [Outcome(blank, None)], [], NOW)
    assert concept(workspace, "activation_gradients").due is None


def test_next_begins_with_the_questions_of_the_lesson(workspace):
    workspace.update(lambda state: state.update(begin="1.4"))
    assert advice(workspace, NOW).command == "minigrad talk 1.4"


def test_next_names_the_first_function_that_is_not_right(workspace):
    workspace.update(lambda state: state.update(begin="1.4"))
    first, second = LESSON.blanks[:2]
    workspace.record(LESSON, [Outcome(first, None)], "a")
    found = advice(workspace, NOW)
    assert found.command == "minigrad check 1.4"
    assert f"1 of {len(LESSON.blanks)} functions" in found.reason
    assert str(second) in found.reason


def test_next_proposes_a_review_when_it_is_due(workspace):
    memory.remember_answer(workspace, WHY, memory.GOOD, 0, 0, NOW)
    assert "recall" not in advice(workspace, NOW + DAY / 2).reason
    found = advice(workspace, NOW + 10 * DAY)
    assert found.command == "minigrad talk 1.4 --question why_activation"
    assert f"recall {concept(workspace).name}" in found.reason


def test_next_proposes_an_easier_number_after_a_wrong_one(workspace):
    memory.remember_answer(workspace, NUMBER, memory.AGAIN, 2, 0, NOW)
    found = advice(workspace, NOW)
    assert found.command == "minigrad talk 1.4 --question sigmoids_in_a_row"
    assert "easier" in found.reason
    assert memory.level_of(workspace, NUMBER) == 1


def test_next_sends_back_to_the_lesson_after_the_same_mistake_again_and_again(workspace):
    blank = LESSON.exercise("ReLU.backward").blank
    for attempt in range(STUCK):
        assert "same mistake" not in advice(workspace, NOW).reason
        workspace.record(LESSON, [Outcome(blank, Finding("zero"))], f"version {attempt}")
    found = advice(workspace, NOW)
    assert found.command == "minigrad lesson 1.4"
    assert f"{STUCK} versions of ReLU.backward had the same mistake" in found.reason


def test_the_same_code_checked_again_or_another_mistake_is_not_being_stuck(workspace):
    blank = LESSON.exercise("ReLU.backward").blank
    for _ in range(STUCK):
        workspace.record(LESSON, [Outcome(blank, Finding("zero"))], "one version")
    assert "same mistake" not in advice(workspace, NOW).reason
    for attempt in range(STUCK):
        workspace.record(LESSON, [Outcome(blank, Finding(["zero", "sign"][attempt % 2]))], f"version {attempt}")
    assert "same mistake" not in advice(workspace, NOW).reason


def test_next_has_something_to_say_when_all_is_done(workspace):
    solve(workspace, *all_lessons())
    assert "still open" in advice(workspace, NOW).reason
    for lesson in all_lessons():
        for question in dialogue_of(lesson).questions:
            memory.remember_answer(workspace, question, memory.GOOD, len(question.levels) - 1, 0, NOW)
    assert "train on your own code" in advice(workspace, NOW).reason


def test_after_a_right_number_comes_a_harder_one(workspace):
    solve(workspace, *all_lessons())
    for lesson in all_lessons():
        for question in dialogue_of(lesson).questions:
            level = 0 if question == NUMBER else len(question.levels) - 1
            memory.remember_answer(workspace, question, memory.GOOD, level, 0, NOW)
    found = advice(workspace, NOW)
    assert found.command == "minigrad talk 1.4 --question sigmoids_in_a_row"
    assert "harder" in found.reason


MONDAY = date(2026, 1, 5)


def test_a_plan_lays_out_every_lesson_in_order(workspace):
    plan = make_plan(workspace, 8, 6, MONDAY)
    stints = [stint for week in plan.weeks for stint in week.stints]
    assert [stint.lesson for stint in stints if stint.ends] == list(all_lessons())
    for lesson in all_lessons():
        assert sum(s.minutes for s in stints if s.lesson == lesson) == pytest.approx(minutes_of(lesson))
    assert all(sum(s.minutes for s in week.stints) <= 6 * 60 + 1e-6 for week in plan.weeks)
    assert [week.begin for week in plan.weeks] == [MONDAY + timedelta(weeks=i) for i in range(len(plan.weeks))]
    assert plan.needed == pytest.approx(sum(map(minutes_of, all_lessons())) / 60 / 8)


def test_a_plan_is_kept_and_moves_when_the_learner_falls_behind(workspace):
    with pytest.raises(PlanError, match="there is no plan yet"):
        make_plan(workspace, None, None, MONDAY)
    before = make_plan(workspace, 12, 6, MONDAY)
    assert before.behind == ()
    later = make_plan(workspace, None, None, MONDAY + timedelta(weeks=2))
    ended = [s.lesson for week in before.weeks[:2] for s in week.stints if s.ends]
    assert list(later.behind) == ended
    assert later.weeks[0].begin == MONDAY + timedelta(weeks=2)
    assert later.weeks[0].stints[0].lesson == all_lessons()[0]
    assert (later.promised, later.hours) == (10, 6)
    solve(workspace, *ended)
    on_time = make_plan(workspace, None, None, MONDAY + timedelta(weeks=2))
    assert on_time.behind == ()
    assert on_time.weeks[0].stints[0].lesson == all_lessons()[len(ended)]


def test_a_plan_follows_the_learners_pace(workspace):
    lesson = all_lessons()[0]
    solve(workspace, lesson)
    begin = 1_000_000.0
    workspace.spend(lesson, begin)
    for step in range(1, 13):
        workspace.spend(lesson, begin + step * 20 * 60)
    workspace.spend(lesson, begin + 100 * 3600)  # after a pause, which does not count
    assert workspace.state()["activity"]["minutes"] == {lesson.number: 240}
    plan = make_plan(workspace, 8, 6, MONDAY)
    assert plan.pace == pytest.approx(240 / minutes_of(lesson))
    assert FASTEST <= plan.pace <= SLOWEST
    rest = sum(s.minutes for week in plan.weeks for s in week.stints)
    assert rest == pytest.approx(plan.pace * sum(map(minutes_of, all_lessons()[1:])))


def test_a_plan_begins_where_the_learner_chose_to(workspace):
    workspace.update(lambda state: state.update(begin="3.1"))
    assert make_plan(workspace, 8, 6, MONDAY).weeks[0].stints[0].lesson.number == "3.1"
    assert workspace.next_lesson().number == "3.1"


def test_a_plan_of_what_is_done_is_empty(workspace):
    solve(workspace, *all_lessons())
    plan = make_plan(workspace, 8, 6, MONDAY)
    assert plan.weeks == ()
    assert plan.fits


def test_answers_that_cannot_be_kept_are_told(workspace):
    (workspace.hidden / "answers.jsonl").mkdir()
    with pytest.raises(WorkspaceError, match=r"cannot keep the answer in .*answers\.jsonl: Is a directory"):
        memory.keep_answer(workspace, WHY, 0, "hm", None)


def test_progress_is_drawn(workspace, tmp_path):
    memory.remember_answer(workspace, WHY, memory.GOOD, 0, 0, NOW)
    assert draw(workspace, tmp_path / "progress.png", NOW).stat().st_size > 10_000


def test_what_was_never_right_is_not_remembered(workspace):
    memory.remember_answer(workspace, WHY, memory.AGAIN, 0, 0, NOW)
    assert concept(workspace).strength(NOW) == 0
    memory.remember_answer(workspace, WHY, memory.GOOD, 0, 0, NOW)
    assert concept(workspace).strength(NOW) > 0.99
