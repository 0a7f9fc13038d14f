from testbed.report.case_page import case_sentence, case_text, render_case
from testbed.report.plaintext import columns
from testbed.report.way_out import way_out


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


OUT = {"month": 6, "horizon": 12, "budget": 160.0, "success": 0.8, "exact": True, "best": 0.9, "findable": False}
STEP = {"what": "an afternoon of unpaid work", "about": "volunteering", "times": 3, "first": 7, "last": 8}


def test_text_and_page_say_what_the_person_could_have_done_and_whether_they_could_have_known(life, parse):
    life["way_out"] = {**OUT, "until": 8, "hours": 12.0, "chance": 0.82, "steps": [STEP]}
    said = (
        "After the adverse decision of month 6 the cheapest plan that works was: an afternoon of unpaid work "
        "(volunteering), 3 times, in months 7 to 8. It takes 12 hours in all, with money as hours of pay, and works by "
        "month 8 with a chance of 82 %. From what they could know, they would not have found it."
    )
    assert said in " ".join(" ".join(case_text(life)).split())
    assert said in " ".join(parse(render_case(life)).text.split())


def test_where_no_plan_works_a_proof_is_told_from_a_search_that_found_none():
    none = {**OUT, "until": None, "hours": None, "chance": None, "steps": []}
    assert way_out({**none, "best": 0}).endswith(
        "no plan works within 12 months and 160 hours with a chance of 80 %; none had any chance."
    )
    assert "no plan was found that works" in way_out({**none, "exact": False})
    assert "the best had a chance of 90 %" in way_out(none)


def test_a_life_without_an_adverse_decision_has_no_way_out_to_tell(life):
    assert not any("could have done" in line for line in case_text({**life, "way_out": None}))
