// Part 4: rules under a budget, and where the choice lies among all choices.
{
  const { sliders, budget, benefit, harms } = data.operator;
  const start = data.start.split(",").map(Number);
  const fieldsets = [...document.querySelectorAll("#decide fieldset")];
  const chosen = () => fieldsets.map((one) => Number(one.querySelector("input:checked").value));

  function pointOf(levels) {
    const at = [...start];
    sliders.forEach((slider, place) => { at[slider] = levels[place]; });
    return at.join(",");
  }

  const costOf = (levels) => sliders.reduce((sum, slider, place) => sum + data.sliders[slider].cost[levels[place]], 0);
  const every = sliders.reduce((held) => held.flatMap((levels) => [0, 1, 2].map((one) => [...levels, one])), [[]]);
  const both = (harm, levels) => [scaled(benefit, pointOf(levels), VALUE), scaled(harm, pointOf(levels), VALUE)];
  const known = (harm) => every.filter((levels) => both(harm, levels).every((one) => one !== null));
  const within = (harm) => known(harm).filter((levels) => costOf(levels) <= budget);

  // Whether the first is at least as good in both and better in one.
  const beats = ([good, bad], [other, worse]) => good >= other && bad <= worse && (good > other || bad < worse);

  function plane(harm, levels) {
    const edge = wide() - 20, made = picture(edge + 20, 400, `Benefit and harm of ${known(harm).length} choices; yours: ${words(benefit, pointOf(levels))} and ${words(harm, pointOf(levels))}`);
    const right = most(benefit), top = most(harm);
    const x = (value) => 56 + (edge - 56) * value / right, y = (value) => 350 - 320 * value / top;
    made.append(make("line", { x1: 56, x2: edge, y1: 350, y2: 350, class: "axis" }), make("line", { x1: 56, x2: 56, y1: 30, y2: 350, class: "axis" }));
    for (const part of [0, 0.5, 1]) {
      made.append(make("text", { x: x(right * part), y: 368, class: "soft", "text-anchor": "middle" }, plain(right * part)));
      made.append(make("text", { x: 48, y: y(top * part) + 4, class: "soft", "text-anchor": "end" }, plain(top * part)));
    }
    made.append(make("text", { x: (56 + edge) / 2, y: 390, "text-anchor": "middle" }, `benefit: ${outcomes[benefit].title}`));
    made.append(make("text", { x: 2, y: 16 }, `harm: ${outcomes[harm].title}`));
    const free = within(harm).map((one) => both(harm, one));
    const best = free.filter((one) => !free.some((other) => beats(other, one))).sort((one, other) => one[0] - other[0]);
    made.append(make("polyline", { points: best.map(([good, bad]) => `${x(good)},${y(bad)}`).join(" "), class: "frontier" }));
    for (const one of known(harm)) {
      const [good, bad] = both(harm, one), over = costOf(one) > budget;
      made.append(make("circle", { cx: x(good), cy: y(bad), r: 5, class: over ? "point over" : "point" }));
    }
    const point = pointOf(levels), [good, bad] = both(harm, levels);
    if (good !== null && bad !== null) {
      const [left, far] = [LOW, HIGH].map((which) => scaled(benefit, point, which)), [low, high] = [LOW, HIGH].map((which) => scaled(harm, point, which));
      if (left !== null) made.append(make("line", { x1: x(Math.max(left, 0)), x2: x(Math.min(far, right)), y1: y(bad), y2: y(bad), class: "mine" }));
      if (low !== null) made.append(make("line", { x1: x(good), x2: x(good), y1: y(Math.max(low, 0)), y2: y(Math.min(high, top)), class: "mine" }));
      made.append(make("circle", { cx: x(good), cy: y(bad), r: 10, class: "ring" }));
    }
    return made;
  }

  function show() {
    const levels = chosen(), harm = get("harm").value, cost = costOf(levels), point = pointOf(levels);
    get("cost").textContent = cost > budget ? `Your rules cost ${cost}: ${cost - budget} over the budget of ${budget}.` : `Your rules cost ${cost} of ${budget}.`;
    fill(get("plane"), plane(harm, levels));
    const mine = both(harm, levels);
    const better = mine.includes(null) ? 0 : within(harm).filter((one) => beats(both(harm, one), mine)).length;
    const judged = cost > budget ? "It does not fit the budget." : better ? `${better} ${better === 1 ? "choice" : "choices"} within the budget ${better === 1 ? "does" : "do"} better in one and no worse in the other, by these values; look at the intervals.` : "No choice within the budget does better in one without doing worse in the other.";
    get("choice").textContent = `Benefit: ${words(benefit, point)} ${outcomes[benefit].unit}. Harm: ${words(harm, point)} ${outcomes[harm].unit}. ${judged}`;
    get("keep").disabled = cost > budget;
  }

  get("keep").addEventListener("click", () => {
    const levels = chosen(), point = pointOf(levels), row = make("tr");
    const said = levels.map((level, place) => data.sliders[sliders[place]].said[level]).join("; ");
    for (const text of [said, String(costOf(levels)), words(benefit, point), ...harms.map((one) => words(one, point))]) row.append(make("td", {}, text));
    get("kept").hidden = false;
    get("kept").tBodies[0].append(row);
  });
  get("decide").addEventListener("change", show);
  drawn(show);
}

