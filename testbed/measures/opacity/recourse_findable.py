"""Whether people could have found a plan: the planner knows what the person can know, and no more.

What is disclosed of the scheme is known as it is. Where points are not disclosed, every rule counts alike; where
cut-offs are not, the known share of people lies beyond them. Where no rules are disclosed, people learn from pooled
cases of others, if decisions are notified. A person whose record is shown knows how often acts are entered; any other
takes each act to count.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.actions import CONTESTS
from testbed.case import Case
from testbed.measure import PerPerson
from testbed.measures.opacity.recourse import CAVEATS, of_plans
from testbed.measures.opacity.recourse_plans import SEARCHED, Recourse, better_sign, recourse, replace_rules
from testbed.measures.opacity.surrogates import Floats, learn
from testbed.models import Decide, RuleBook
from testbed.recourse import Beam, Entry, Plan, Planner, Rules, SchemeAnswers, Situation, gathered, situations

Ints = NDArray[np.int64]
K = 1000


@of_plans(
    "recourse_findable",
    unit="rate",
    better="higher",
    qualifiers={"k": K},
    caveats=f"{CAVEATS} Where no rules are disclosed: people of one half of the society plan, 200 at most, and learn "
    "from k cases of the other half, by a tree and a logistic regression; better learners may find more.",
)
def recourse_findable(case: Case, *, k: int = K) -> PerPerson:
    """Share of adversely decided people who find a plan that works, knowing only what they can know after k cases."""
    held = recourse(case)
    if held.why:
        return held.part(np.zeros(len(held.people)), qualifiers={"k": k})
    among = np.ones(len(held.people), bool) if _reads_rules(case) else _half(case, held.people)
    if not among.any():
        return held.part(among, among, qualifiers={"k": k}, why="nobody of the half that plans is decided adversely")
    return held.part(findable(held, np.flatnonzero(among), k), among, qualifiers={"k": k})


def findable(held: Recourse, who: Ints, k: int = K) -> NDArray[np.bool_]:
    """Whether each of these people (places) finds a plan that works: bool over all people of `held`."""
    made = np.zeros(len(held.people), bool)
    for place, plan in believed_plans(held, who, k).items():
        made[place] = held.planner.chance(place, held.situations[place], plan) >= held.success
    return made


def believed_plans(held: Recourse, who: Ints, k: int = K) -> dict[int, Plan]:
    """The plan that each of these people (places) would make, by place, if they would make any."""
    case = held.case
    people = held.people[who]
    entries = [held.situations[at].entries for at in who]
    if not case.disclosure.own_record:
        entries = own_acts(case, held.rules, people, held.period)
    told = [_able(case, held, one) for one in situations(case, held.rules, people, entries, certain=_trusts(case))]
    planner = _planner(held, people, k)
    return {int(who[at]): one.plan for at, one in enumerate(planner.plans(told)) if one.plan is not None}


def _trusts(case: Case) -> bool:
    """Whether people must take every act to be entered, since they cannot compare their acts with their record."""
    return not case.disclosure.own_record


def _able(case: Case, held: Recourse, one: Situation) -> Situation:
    """The situation of a person who can contest only what they can know of."""
    seen = case.disclosure
    if seen.own_record or seen.notice_of_entry or seen.reasons_adverse:
        return one
    does = [action.does for action in held.rules.actions.actions]
    return replace(one, can=tuple(able and what != CONTESTS for able, what in zip(one.can, does, strict=True)))


def own_acts(case: Case, rules: Rules, people: Ints, period: int) -> list[tuple[Entry, ...]]:
    """The entries that people must take to stand: their own acts of recorded kinds, each entered when it was done."""
    recorded = np.isin(case.scenario.kinds, case.scenario.recorded)
    life = np.array(rules.life)
    rows = []
    for acts in case.history.acts_[: period + 1]:
        left = acts.period + life[acts.kind] - period
        mine = np.flatnonzero(np.isin(acts.person, people) & recorded[acts.kind] & (left > 0))
        rows.append((acts.person[mine], acts.kind[mine], left[mine]))
    person, kind, months = (np.concatenate(part) for part in zip(*rows, strict=True))
    return gathered(len(people), np.searchsorted(people, person), kind, months, np.zeros(len(person), bool))


def _planner(held: Recourse, people: Ints, k: int) -> Planner | Beam:
    case, seen = held.case, held.case.disclosure
    if not _reads_rules(case):
        return Beam(held.rules, Learned(case, held.rules, people, held.period, k), case.seed)
    answers = SchemeAnswers(case, people, held.period)
    if not seen.weights:
        answers.model = unweighted(case.model)
    if not (seen.cutoffs and answers.model is case.model):
        answers.decide = _cut(case, answers)
    return replace_rules(held, held.rules, answers)


def _reads_rules(case: Case) -> bool:
    """Whether people can plan by the rules: they are disclosed, with their points or as a rule book without them."""
    return bool(case.disclosure.rules and (case.disclosure.weights or isinstance(case.model, RuleBook)))


def _cut(case: Case, answers: SchemeAnswers) -> Decide:
    """Cut-offs that let the known share of people have an adverse decision, by the points as they are believed."""
    decision = case.history.decision(answers.period)[case.scored]
    frame = case.records_at(answers.period)
    made = answers.model.score(frame) if isinstance(answers.model, RuleBook) else case.ask(frame, period=answers.period)
    worse = "better" if better_sign(case) > 0 else "worse"
    return Decide.fit(made.score, adverse={"worst_share": float((decision == -1).mean())}, higher_is=worse)


def unweighted(book: RuleBook) -> RuleBook:
    """The rule book as people must take it who know which way each rule works, and not how much: one point each.

    >>> from testbed.models import load_rulebook
    >>> made = unweighted(load_rulebook("rongcheng"))
    >>> sorted({float(rule.points.value) for rule in made.rules if rule.points is not None})
    [-1.0, 1.0]
    """
    worse = -1.0 if book.higher_is == "better" else 1.0
    rules = []
    for rule in book.rules:
        if rule.drops_to is not None and rule.drops_to.value != "off":
            rules.append(replace(rule, drops_to=None, points=replace(book.base, value=worse), cap=None))
        elif rule.points is not None:
            size = abs(float(rule.points.value)) or 1.0
            cap = None if rule.cap is None else replace(rule.cap, value=abs(float(rule.cap.value)) / size)
            rules.append(replace(rule, points=replace(rule.points, value=float(np.sign(rule.points.value))), cap=cap))
    return replace(book, rules=tuple(rules), base=replace(book.base, value=0.0), clamp=(None, None), grades=())


def _half(case: Case, people: Ints) -> NDArray[np.bool_]:
    """Which of these people plan: those of one half of the society, an addressed sample of at most `SEARCHED`."""
    coin = _coin(case, people)
    order = np.argsort(coin, kind="stable")[:SEARCHED]
    made = np.zeros(len(people), bool)
    made[order] = coin[order] < 0.5
    return made


def _coin(case: Case, people: Ints) -> Floats:
    return np.asarray(uniform(sparse(case.seed, "recourse:half", pack(people))))


@dataclass
class Learned:
    """What people come to believe of a scheme from k cases of people of the other half.

    A case is somebody's attributes that the institution holds or findings are split by, their counts (the record if it
    is shown, otherwise own acts), and the decision. Without notice of decisions only the base rates are known.
    """

    case: Case
    rules: Rules
    people: Ints
    period: int
    k: int
    _pool: tuple[NDArray[np.float32], NDArray[np.int64], Floats] | None = field(default=None)

    def key(self, place: int) -> Hashable:
        """Beliefs depend on all attributes of a person."""
        return int(self.people[place])

    def __call__(self, places: Ints, counts: Ints, schemes: Ints) -> Floats:
        """The believed P(not adverse) of each record."""
        seen, happened, rates = self._cases()
        if not self.case.disclosure.notice_of_decision or len(seen) < 2:
            return np.full(len(places), 1 - rates[0])
        rows = np.column_stack([self._attributes(self.people[places], schemes), counts]).astype(np.float32)
        matrix = np.vstack([seen, rows])
        every = np.concatenate([happened, np.zeros(len(rows), np.int64)])
        cases, others = np.arange(len(seen)), np.arange(len(seen), len(matrix))
        forecast, _ = learn([matrix], every, cases, others, rates, state=self.case.seed % 2**32)
        return np.asarray(1 - forecast[:, 0])

    def _cases(self) -> tuple[NDArray[np.float32], NDArray[np.int64], Floats]:
        if self._pool is None:
            case = self.case
            ids = np.asarray(case.society.ids)[case.scored].astype(np.int64)
            decision = case.history.decision(self.period).astype(np.int64) + 1
            rates = np.bincount(decision[case.scored], minlength=3) / len(ids)
            coin = _coin(case, ids)
            order = np.argsort(coin, kind="stable")[::-1][: self.k]
            pool = np.sort(ids[order[coin[order] >= 0.5]])
            table = np.column_stack([self._attributes(pool, np.full(len(pool), -1)), self._counts(pool)])
            self._pool = table.astype(np.float32), decision[case.history.place(pool)], rates
        return self._pool

    def _counts(self, people: Ints) -> NDArray[np.integer]:
        """The counts that people know of themselves, as far as anything is recorded of the kind."""
        case = self.case
        if case.disclosure.own_record:
            return np.asarray(case.history.counts(self.period)[case.history.place(people)])
        entries = own_acts(case, self.rules, people, self.period)
        made = np.zeros((len(people), len(case.scenario.kinds)), np.int64)
        for row, held in zip(made, entries, strict=True):
            for entry in held:
                row[entry.kind] += 1
        return made

    def _attributes(self, people: Ints, schemes: Sequence[int] | Ints) -> Floats:
        """Attributes as numbers; a category of several levels as one column per level but the first."""
        case, columns = self.case, []
        for name in dict.fromkeys([*case.scenario.held, *case.scenario.compared]):
            if name not in case.society.columns:
                continue
            values = np.asarray(case.society.columns[name])[people]
            if name == "scheme":
                values = np.where(np.asarray(schemes) < 0, values, schemes)
            levels = case.society.levels[name]
            columns += [values] if levels is None else [values == code for code in range(1, len(levels))]
        return np.column_stack(columns).astype(np.float64) if columns else np.empty((len(people), 0))
