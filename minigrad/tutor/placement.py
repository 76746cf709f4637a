"""The first conversation: six short questions from along the course, and the lesson at which to begin.

The questions are those that dialogues mark with `placement = true`. Who cannot answer one begins at its lesson.
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
    """Ask the six questions, propose the lesson at which to begin, and let the learner overrule it.

    Raises LeftError where the learner leaves; then nothing is changed. The choice is kept in the state.
    """
    proposed, why = all_lessons()[-1], say("you answered all of them", "六个问题你都答对了")
    questions = placement_questions()
    for number, question in enumerate(questions, 1):
        conversation.show_question(question, 0, f"{number}/{len(questions)}")
        answer = conversation.answer_to(question, 0)
        if answer.heard is not None:
            grade = memory.GOOD if answer.heard.right else memory.AGAIN
            memory.remember_answer(conversation.workspace, question, grade, 0, answer.hints)
            for line in verdict_lines(answer.heard):
                conversation.print(line)
        if answer.heard is None or not answer.heard.right:
            proposed = question.lesson
            title = proposed.title
            why = say(f"{title} is where the first open question belongs", f"第一个没有答好的问题属于“{title}”")
            break
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
