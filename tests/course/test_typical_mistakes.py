"""What a check says about typical mistakes stays as it is."""

import pytest
from typical_mistakes import MISSED, MISTAKES, Mistake


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.lesson} {m.blank} {m.name}")
def test_is_found(mistake: Mistake, tmp_path):
    finding = mistake.found(tmp_path)
    assert (finding and finding.facts.get("id", finding.kind)) == mistake.finding
    assert (finding is None) == (mistake.judgement == MISSED)


def test_names_are_unique():
    assert len({(m.lesson, m.blank, m.name) for m in MISTAKES}) == len(MISTAKES)
