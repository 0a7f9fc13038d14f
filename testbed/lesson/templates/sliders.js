// Part 3: sliders that snap to settings that were run.
{
  const start = data.start.split(",").map(Number);
  const inputs = [...document.querySelectorAll("[data-slider]")];
  const ends = Object.fromEntries(data.outcomes.map((one) => [one.name, most(one.name)]));
  const here = () => inputs.map((one) => Number(one.value));

  function bar(one, point) {
    const right = wide() - 12, made = picture(right + 12, 50, `${one.title}: ${words(one.name, point)} ${one.unit}; at the start ${words(one.name, data.start)}`);
    const at = (value) => 8 + (right - 8) * value / ends[one.name];
    made.append(make("line", { x1: 8, x2: right, y1: 20, y2: 20, class: "axis" }));
    for (const [where, y, kind] of [[data.start, 30, "soft"], [point, 16, one.side]]) {
      const [value, low, high] = [VALUE, LOW, HIGH].map((which) => scaled(one.name, where, which));
      if (low !== null) made.append(make("line", { x1: at(Math.max(low, 0)), x2: at(Math.min(high, ends[one.name])), y1: y, y2: y, class: `whisker ${kind}` }));
      if (value !== null) made.append(make("circle", { cx: at(value), cy: y, r: kind === "soft" ? 4 : 6, class: kind === "soft" ? "hollow" : `${kind} fill` }));
    }
    made.append(make("text", { x: 8, y: 46, class: "soft" }, "0"));
    made.append(make("text", { x: right, y: 46, class: "soft", "text-anchor": "end" }, plain(ends[one.name])));
    return made;
  }

  function show() {
    const point = here().join(",");
    inputs.forEach((one, place) => {
      const said = data.sliders[place].said[Number(one.value)];
      get(`o-${place}`).textContent = said;
      one.setAttribute("aria-valuetext", said);
    });
    fill(get("bars"), ...data.outcomes.map((one) => {
      const made = make("div", { class: "outcome" }), head = make("p", {}, `${one.title} `);
      head.append(make("span", { class: `tag ${one.side}` }, one.side));
      made.append(head, make("p", { class: "value" }, `${words(one.name, point)} ${one.unit}`), bar(one, point));
      return made;
    }));
  }

  // A combination that was not run is never shown: the other sliders go back to the start.
  function moved(place) {
    const at = here();
    let said = "";
    if (!(at.join(",") in data.points)) {
      inputs.forEach((one, other) => { if (other !== place) one.value = start[other]; });
      said = "This combination was not run, so the other sliders are back at the start.";
    }
    get("snap").textContent = said;
    show();
  }

  inputs.forEach((one, place) => one.addEventListener("input", () => moved(place)));
  get("reset").addEventListener("click", () => {
    inputs.forEach((one, place) => { one.value = start[place]; });
    get("snap").textContent = "All sliders are at the start.";
    show();
  });
  drawn(show);
}

