"""The first conversation: up to six short questions from along the course, and the lesson at which to begin.

The questions are those that dialogues mark with `placement = true`. Who misses two in a row begins at the lesson of the
first of these, and is asked no more. One miss between right answers does not send anyone back: it is remembered, and
`minigrad next` brings its concept as a review.
"""

from ..course.lessons import Lesson, all_lessons, find_lesson
from ..errors import UnknownNameError
from ..language import say
from . import memory
from .conversation import Conversation
from .dialogue import Question, all_questions
from .reply import Line, verdict_lines

COUNT = 6


def placement_questions() -> list[Question]:
    """The six questions, in the order of the course."""
    return [question for question in all_questions() if question.placement]


def place(conversation: Conversation) -> Lesson:
    """Ask the questions, propose the lesson at which to begin, and let the learner overrule it.

    Raises LeftError where the learner leaves; then no place to begin is kept. The choice is kept in the state.
    """
    questions = placement_questions()
    missed: list[Question] = []  # in a row, up to now
    for number, question in enumerate(questions, 1):
        conversation.show_question(question, 0, f"{number}/{len(questions)}")
        answer = conversation.answer_to(question, 0)
        right = answer.heard is not None and answer.heard.right
        if answer.heard is not None:
            for line in verdict_lines(answer.heard):
                conversation.print(line)
        if right:
            for earlier in missed:
                memory.remember_answer(conversation.workspace, earlier, memory.AGAIN, 0, 0)
            memory.remember_answer(conversation.workspace, question, memory.GOOD, 0, answer.hints)
        missed = [] if right else [*missed, question]
        if len(missed) == 2:
            break
    if missed:
        proposed = missed[0].lesson
        why = say(
            f"{proposed.title} is where the first open question belongs",
            f"最先没答好的问题属于“{proposed.title}”",
        )
    else:
        proposed = all_lessons()[-1]
        why = say("you answered the last of them", "最后的问题你也答对了")
    conversation.print(
        Line(
            "ask",
            say(
                f"Begin at lesson {proposed.number}: {why}. An empty line agrees; or type another lesson.",
                f"建议从第 {proposed.number} 课开始：{why}。按空行同意，或输入别的课号。",
            ),
        )
    )
    chosen = chosen_lesson(conversation, proposed)
    conversation.workspace.update(lambda state: state.update(begin=chosen.number))
    return chosen


def chosen_lesson(conversation: Conversation, proposed: Lesson) -> Lesson:
    """The lesson that the learner wants to begin at."""
    while True:
        typed = conversation.next_typed()
        text = typed.text.strip()
        if typed.command:
            conversation.obey(typed, proposed)
            continue
        if not text:
            return proposed
        try:
            return find_lesson(text)
        except UnknownNameError as error:
            conversation.print(Line("note", str(error)))
