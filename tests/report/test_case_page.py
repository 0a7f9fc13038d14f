from testbed.report.case_page import case_sentence, case_text, render_case
from testbed.report.plaintext import columns


def test_one_life_is_one_sentence(life):
    assert case_sentence(life) == (
        "person 4711: one wrong court entry in month 6, no train for 9 months, no loan for 4 months, 3 others touched"
    )


def test_where_nothing_follows_the_sentence_says_so():
    assert case_sentence({"person": 1, "root_period": 2, "others_touched": 0}) == (
        "person 1: one wrong entry in month 2, no further sanction, nobody else touched"
    )
    said = case_sentence({"person": 1, "root_period": None, "others_touched": None, "months_without": {}})
    assert said == "person 1: no wrong entry is followed, no further sanction"


def test_the_text_keeps_80_columns_and_tells_the_worlds_apart(life):
    lines = case_text(life)
    assert all(columns(line) <= 80 for line in lines)
    assert "  month 7 +* listed: blacklist" in lines
    assert "  month 7 -  listed: redlist" in lines
    assert "  month 2 =  entry: traffic violation, 5 points" in lines


def test_events_stand_in_the_order_of_months(life, parse):
    life["events"].reverse()
    months = [word for word in parse(render_case(life)).text.split("Month ")[1:] if word[0].isdigit()]
    numbers = [int(word.split()[0]) for word in months]
    assert numbers == sorted(numbers)


def test_the_page_says_what_the_person_is_not_told_and_what_happens_in_one_world_only(life, parse):
    text = parse(render_case(life)).text
    assert "wrong entry : judgment default only with not told" in text.replace(":", " :").replace("  ", " ")
    assert "listed : redlist only without" in text.replace(":", " :").replace("  ", " ")
    assert "Person 4711" in text
    assert "the number stands for nobody" in text


def test_the_page_names_the_command_that_makes_it_again(life, parse):
    life["scenario"] = "rongcheng{channels.errors=off,regime.family.share=0}"
    text = parse(render_case(life)).text
    assert (
        "testbed case rongcheng --person 4711 --people 100000 --seed 0"
        " --set channels.errors=off --set regime.family.share=0" in text
    )


def test_a_person_needs_nothing_but_a_number(parse):
    assert "Person 5" in parse(render_case({"person": 5})).text
    assert case_text({"person": 5})


def test_hostile_texts_stay_texts(life, parse):
    for key in ("channel", "model", "scenario"):
        life[key] = "<img src=x onerror=alert(1)>"
    life["events"][0]["detail"] = "</li><script>alert(1)</script>"
    life["touched"][0]["how"] = '"><iframe>'
    page = parse(render_case(life))
    assert not {"img", "script", "iframe"} & {tag for tag, _ in page.tags}
    assert not page.unbalanced
