// Part 1: the reader says a number, then sees it.
{
  const teacher = document.body.classList.contains("teacher");
  const later = document.querySelectorAll(".later");
  const lock = document.querySelector(".unlock");
  const open = new Set();

  function show(hidden) {
    later.forEach((one) => { one.hidden = hidden; });
    lock.hidden = !hidden;
  }

  function scaleOf(name, guess, end) {
    const right = wide() - 40, at = (value) => 10 + (right - 10) * value / end;
    const made = picture(right + 10, 62, `Your guess ${plain(guess)}; the number ${words(name, data.start)}`);
    const [value, low, high] = [VALUE, LOW, HIGH].map((which) => scaled(name, data.start, which));
    made.append(make("line", { x1: 10, x2: right, y1: 30, y2: 30, class: "axis" }));
    if (low !== null) made.append(make("line", { x1: at(low), x2: at(high), y1: 30, y2: 30, class: `whisker ${outcomes[name].side}` }));
    if (value !== null) made.append(make("circle", { cx: at(value), cy: 30, r: 6, class: `${outcomes[name].side} fill` }));
    made.append(make("path", { d: `M${at(guess)} 22l-6 -10h12z`, class: "hollow" }));
    made.append(make("text", { x: 10, y: 56, class: "soft" }, "0"));
    made.append(make("text", { x: right, y: 56, class: "soft", "text-anchor": "end" }, plain(end)));
    return made;
  }

  document.querySelectorAll("form.guess").forEach((form, place) => {
    const { outcome, told } = data.guesses[place];
    const input = form.querySelector("input"), shown = form.querySelector("output"), answer = form.querySelector(".answer");
    const say = () => { shown.textContent = plain(Number(input.value)); };
    input.addEventListener("input", say);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      say();
      const guess = Number(input.value), [value, low, high] = [VALUE, LOW, HIGH].map((which) => scaled(outcome, data.start, which));
      const inside = low !== null && guess >= low && guess <= high;
      const judged = value === null ? "" : inside ? " Your guess lies in the interval." : guess > value ? " Your guess is higher." : " Your guess is lower.";
      fill(answer,
        make("p", { class: "said" }, `${words(outcome, data.start)} ${outcomes[outcome].unit}.${judged}`),
        scaleOf(outcome, guess, Math.max(Number(input.max), high || value || 1)),
        make("p", { class: "small" }, "Triangle: your guess. Dot and bar: the number and its 95 % interval."),
        make("p", {}, told));
      answer.focus();
      open.add(place);
      if (open.size === data.guesses.length) show(false);
    });
  });

  get("unlock").addEventListener("click", () => { show(false); get("h-life").scrollIntoView(); });
  document.querySelectorAll(".parts a").forEach((one) => one.addEventListener("click", () => show(false)));
  show(!teacher);
}

