from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.report.plaintext import clean, columns, counted, wrap, wrap_command


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=200), st.integers(12, 90))
def test_no_line_is_wider_than_the_terminal(text, width):
    lines = wrap(text, width, first="Try: ", rest="     ")
    assert all(columns(line) <= width for line in lines)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_wrapping_loses_no_letter(text):
    joined = "".join(wrap(text, 20)).replace(" ", "")
    assert joined == clean(text).replace(" ", "")


def test_escape_sequences_direction_marks_and_broken_code_points_do_not_reach_the_terminal():
    assert clean("red\x1b[31m \u202eetirw\u202c a\x00b\ud800") == "red [31m etirw a b?"


def test_wide_letters_take_two_columns():
    assert all(columns(line) <= 10 for line in wrap("信用信用信用信用信用", 10))
    assert len(wrap("信用信用信用信用信用", 10)) == 2


def test_one_is_singular():
    assert [counted(1, "person"), counted(2, "person"), counted(0, "entry")] == ["1 person", "2 people", "0 entries"]


def test_a_path_that_is_longer_than_a_line_is_not_cut():
    path = "/a/very/long/folder/" * 6 + "report.html"
    lines = wrap(f"Written: {path}, out/findings.csv.", rest="  ", cut=False)
    assert lines == ["Written:", f"  {path},", "  out/findings.csv."]


def test_a_command_with_a_path_that_is_longer_than_a_line_can_be_typed():
    import shlex

    command = f"testbed audit /a/{'folder/' * 20}town.toml --people 100 --model '/b c/{'folder/' * 20}book.toml'"
    lines = wrap_command(command, first="Try: ", rest="       ")
    typed = "\n".join([lines[0].removeprefix("Try: "), *lines[1:]])
    assert shlex.split(typed.replace("\\\n", "")) == shlex.split(command)
