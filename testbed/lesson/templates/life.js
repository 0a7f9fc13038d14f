// Part 2: one life, month by month, in both worlds.
{
  const { months, root, events, scores, sentence } = data.life;
  const slider = get("month"), play = get("play");
  let timer = null;
  slider.max = months - 1;

  function item(month, event) {
    const made = make("li", event.world === "both" ? {} : { class: "only" });
    made.append(make("span", { class: "when" }, `Month ${month}${event.told ? "" : ", not told"}`), event.text);
    return made;
  }

  function chart(now) {
    const right = wide() - 10, made = picture(right + 10, 180, `Score by month, up to month ${now}`);
    const all = scores.flat().filter((one) => one !== null);
    const low = Math.min(...all), high = Math.max(...all), room = high - low || 1;
    const x = (month) => 46 + (right - 46) * month / months, y = (value) => 142 - 122 * (value - low) / room;
    for (const value of new Set([low, high])) {
      made.append(make("line", { x1: 46, x2: right, y1: y(value), y2: y(value), class: "axis" }));
      made.append(make("text", { x: 40, y: y(value) + 4, class: "soft", "text-anchor": "end" }, plain(value)));
    }
    if (root !== null) made.append(make("line", { x1: x(root), x2: x(root), y1: 8, y2: 150, class: "root" }));
    ["base", "error"].forEach((name, place) => {
      const line = scores[place].slice(0, now + 1).flatMap((value, month) => value === null ? [] : [`${x(month)},${y(value)}`, `${x(month + 1)},${y(value)}`]);
      made.append(make("polyline", { points: line.join(" "), class: name }));
    });
    made.append(make("line", { x1: x(now + 1), x2: x(now + 1), y1: 8, y2: 150, class: "now" }));
    made.append(make("text", { x: 46, y: 172, class: "soft" }, "month 0"));
    made.append(make("text", { x: right, y: 172, class: "soft", "text-anchor": "end" }, `month ${months - 1}`));
    return made;
  }

  function show(now) {
    slider.value = now;
    get("month-said").textContent = now;
    slider.setAttribute("aria-valuetext", `month ${now}`);
    for (const world of ["base", "error"]) {
      const held = [];
      for (let month = now; month >= 0; month -= 1) {
        for (const event of events[month] || []) if (event.world === "both" || event.world === world) held.push(item(month, event));
      }
      fill(get(`world-${world}`), ...(held.length ? held : [make("li", {}, "Nothing so far.")]));
    }
    fill(get("scores"), chart(now));
    const fresh = (events[now] || []).filter((one) => one.world !== "both").length;
    get("life-said").textContent = now === months - 1 ? sentence : fresh ? `Month ${now}: the worlds part in ${fresh} ${fresh === 1 ? "thing" : "things"}.` : `Month ${now}.`;
    get("back").disabled = now === 0;
    get("on").disabled = now === months - 1;
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  const now = () => Number(slider.value);
  play.addEventListener("click", () => {
    if (timer !== null) { stop(); return; }
    if (now() === months - 1) show(0);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => { show(now() + 1); if (now() === months - 1) stop(); }, 1000);
  });
  get("back").addEventListener("click", () => { stop(); show(Math.max(now() - 1, 0)); });
  get("on").addEventListener("click", () => { stop(); show(Math.min(now() + 1, months - 1)); });
  slider.addEventListener("input", () => { stop(); show(now()); });
  drawn(() => show(now()));
}

