// Part 5: a log, counts by desk, and a desk to name.
{
  const { kinds, red, rows, desks, culprit, fates } = data.watch;
  const PAGE = 50;
  let shown = 0, shownView = "lines";
  get("lines").textContent = rows.length.toLocaleString("en-US");

  const views = {
    lines: (one) => [one.lines, null, null, `${one.lines} lines`],
    red: (one) => [one.red, null, null, `${one.red} ${kinds[red]} lines`],
    share: (one) => one.share === null ? [0, null, null, "no line"] : [one.share * 100, one.low * 100, one.high * 100, `${Math.round(one.share * 100)} of 100 (95 % interval ${Math.round(one.low * 100)} to ${Math.round(one.high * 100)})`],
  };

  function draw(view) {
    shownView = view;
    const held = desks.map(views[view]), end = nice(Math.max(...held.map(([value, , high]) => high || value), 1));
    const right = wide() - 10, made = picture(right + 10, desks.length * 46 + 4, held.map((one, place) => `${desks[place].name}: ${one[3]}`).join("; "));
    held.forEach(([value, low, high, text], place) => {
      const y = place * 46, at = (one) => 70 + (right - 70) * one / end;
      made.append(make("text", { x: 0, y: y + 34 }, desks[place].name), make("text", { x: 70, y: y + 16, class: "soft" }, text));
      made.append(make("rect", { x: 70, y: y + 22, width: Math.max(at(value) - 70, 0), height: 16, class: "bar" }));
      if (low !== null) made.append(make("line", { x1: at(low), x2: at(high), y1: y + 30, y2: y + 30, class: "whisker harm" }));
    });
    fill(get("desks"), made);
    document.querySelectorAll("[data-view]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.view === view)));
  }

  function more() {
    for (const [month, person, kind, desk] of rows.slice(shown, shown + PAGE)) {
      const row = make("tr");
      for (const text of [month, person, kinds[kind], desks[desk].name]) row.append(make("td", {}, String(text)));
      get("log").tBodies[0].append(row);
    }
    shown = Math.min(shown + PAGE, rows.length);
    get("more").disabled = shown === rows.length;
  }

  function verdict(named) {
    const [made, logged, audited, reversed, answered] = fates, one = desks[culprit];
    const top = desks.reduce((best, desk, place) => (desk.share || 0) > (desks[best].share || 0) ? place : best, 0);
    const right = named === culprit ? `Yes: it is ${one.name}.` : `No: it is ${one.name}, not ${desks[named].name}.`;
    const sign = top === culprit
      ? `Of its ${one.lines} lines ${one.red} are ${kinds[red]}, ${Math.round(one.share * 100)} of 100, the highest share of all desks. The desk with the most lines is another question: compare rates, not counts.`
      : `Its share of ${kinds[red]} lines is not the highest: ${desks[top].name} has a higher one by chance. A rate is a reason to look, not a proof.`;
    return [
      make("p", { class: "said" }, `${right} ${sign}`),
      make("p", {}, `In this run ${made} lines were made by hand without cause. The log holds ${logged} of them: the others were never logged. An audit looked at ${audited || "none"}; ${reversed || "none"} of these were taken back within the run; for ${answered || "none"} somebody answered.`),
      make("p", {}, "You could find the desk because its lines had a number, because lines were logged, and because somebody let you count. A high rate alone proves nothing about a person: here the run knows, in an office nobody would. Why somebody does this is not in the data."),
    ];
  }

  document.querySelectorAll("[data-view]").forEach((one) => one.addEventListener("click", () => draw(one.dataset.view)));
  get("more").addEventListener("click", more);
  get("name").addEventListener("submit", (event) => {
    event.preventDefault();
    const named = document.querySelector("input[name=desk]:checked");
    fill(get("verdict"), ...(named ? verdict(Number(named.value)) : [make("p", {}, "Choose a desk first.")]));
    get("verdict").focus();
  });
  drawn(() => draw(shownView));
  more();
}
