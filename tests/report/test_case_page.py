from testbed.report.case_page import case_sentence, case_text, render_case
from testbed.report.plaintext import columns


def test_one_life_is_one_sentence(life):
    assert case_sentence(life) == (
        "person 4711: one wrong court entry in month 6, no train for 9 months, no loan for 4 months, 3 others affected"
    )


def test_where_nothing_follows_the_sentence_says_so():
    assert case_sentence({"person": 1, "root_period": 2, "others_touched": 0}) == (
        "person 1: one wrong entry in month 2, no further sanction, nobody else affected"
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


def test_what_and_its_detail_are_set_apart_on_the_page(parse):
    events = [
        {"period": 1, "world": "error", "what": "decision", "detail": "adverse (before: none)", "visible": True},
        {
            "period": 1,
            "world": "both",
            "what": "act: a red light",
            "detail": "recorded by street_cameras",
            "visible": True,
        },
    ]
    page = render_case({"person": 5, "events": events})
    assert "decision</bdi>: <bdi>adverse (before: none)" in page
    assert "act: a red light</bdi> – <bdi>recorded by street cameras" in page
    assert "  month 1 =  act: a red light – recorded by street cameras" in case_text({"person": 5, "events": events})


def test_turns_that_begin_together_stand_together_and_others_do_not(parse):
    def turn(what, detail, world="error", visible=True, period=3):
        return {"period": period, "world": world, "what": what, "detail": detail, "visible": visible}

    events = [
        turn("sanction begins", "no train"),
        turn("sanction begins", "no loan"),
        turn("sanction begins", "no school", "both"),
        turn("sanction begins", "passed over", visible=False),
        turn("refused: trains", "once"),
        turn("refused: trains", "twice"),
        turn("sanction ends", "no train", period=4),
    ]
    lines = [line.strip() for line in case_text({"person": 5, "events": events}) if line.strip().startswith("month")]
    assert lines == [
        "month 3 +  sanction begins: no train, no loan",
        "month 3 =  sanction begins: no school",
        "month 3 +* sanction begins: passed over",
        "month 3 +  refused: trains – once",
        "month 3 +  refused: trains – twice",
        "month 4 +  sanction ends: no train",
    ]


def test_what_could_be_seen_by_the_person_and_by_others_is_said_with_its_worlds(life, parse):
    life["rights"] = {"own_score": False, "rules": True}
    life["secret"] = ["list marked"]
    life["refused"] = {"train tickets": {"base": 0, "error": 3}, "loans": {"base": 2, "error": 2}}
    life["seen_by"] = {"base": {}, "error": {"callers": 1}}
    life["audience"] = ["bank"]
    for text in (parse(render_case(life)).text, " ".join(line.strip() for line in case_text(life, width=200))):
        assert "train tickets: none without the wrong entry, 3 attempts with it" in text
        assert "loans: 2 attempts in both worlds" in text
        told = [text.index(said) for said in ("sees: the items", "does not see: one's own", "not told of: list marked")]
        assert told == sorted(told)
        assert "callers, because of sanctions: none without the wrong entry, 1 month with it" in text
        assert "bank, always: the scheme shows it scores or status" in text


def test_a_sanction_is_said_in_its_own_words():
    life = {
        "person": 1,
        "root_period": 2,
        "months_without": {"public_board": 4, "train": 2},
        "said": {"public_board": "on the board"},
    }
    assert (
        case_sentence(life) == "person 1: one wrong entry in month 2, on the board for 4 months, no train for 2 months"
    )
