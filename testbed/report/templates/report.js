"use strict";
(function () {
  const source = document.getElementById("data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const heads = ["Measure", "Who", "Of", "Value", "Low", "High", "n", "Unit", "Row", "Note", "Lottery"];
  const numbers = new Set(["Value", "Low", "High", "n", "Row", "Lottery"]);
  const byNumber = new Map(data.rows.map((row) => [row[0], row]));
  const byBlock = new Map();
  for (const row of data.rows) byBlock.set(row[1], [...(byBlock.get(row[1]) || []), row]);

  function made(name, text, kind) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  }
  function value(number) {
    if (number === null || number === undefined) return "\u2013";
    return typeof number === "number" && Math.abs(number) >= 1000 ? number.toLocaleString("en-US") : String(number);
  }
  function cells(row) {
    const [number, , measure, who, of, middle, low, high, n, unit, note, lottery, people, line] = row;
    const luck = line === undefined ? "" : value(lottery) + " (n " + value(people) + ", row " + line + ")";
    return {
      Measure: data.texts[measure], Who: data.texts[who], Of: data.texts[of], Value: value(middle), Low: value(low),
      High: value(high), n: value(n), Unit: data.texts[unit], Row: String(number), Note: data.texts[note], Lottery: luck,
    };
  }
  function table(title, names, rows, isNumber, anchored) {
    const box = made("div", undefined, "scroll");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", title);
    const body = made("table");
    body.append(made("caption", title));
    const head = made("tr");
    for (const name of names) {
      const cell = made("th", name, isNumber(name) ? "num" : "");
      cell.scope = "col";
      head.append(cell);
    }
    const thead = made("thead");
    thead.append(head);
    const lines = made("tbody");
    for (const row of rows) {
      const line = made("tr");
      row.forEach((text, place) => {
        const kind = names[place] === "Lottery" ? "num wrap" : isNumber(names[place]) ? "num" : "";
        const cell = made(place ? "td" : "th", text, kind);
        if (!place) cell.scope = "row";
        line.append(cell);
      });
      if (anchored) line.id = "f" + row[names.indexOf("Row")];
      lines.append(line);
    }
    body.append(thead, lines);
    box.append(body);
    return box;
  }
  function findings(title, rows, anchored) {
    const held = rows.map(cells);
    const names = heads.filter((name) => held.some((row) => row[name] !== ""));
    return table(title, names, held.map((row) => names.map((name) => row[name])), (name) => numbers.has(name), anchored);
  }
  function fill(details) {
    const place = details.querySelector(".rows");
    if (!place || place.dataset.filled) return;
    place.dataset.filled = "yes";
    if (place.dataset.block !== undefined) {
      const part = details.closest(".part").querySelector("summary").firstChild.textContent.trim();
      const name = details.querySelector("summary code").textContent + " (" + part.toLowerCase() + ")";
      place.replaceChildren(findings("Findings of " + name, byBlock.get(Number(place.dataset.block)) || [], true));
    } else if (place.dataset.rows !== undefined) {
      const rows = place.dataset.rows.split(" ").map((number) => byNumber.get(Number(number))).filter(Boolean);
      place.replaceChildren(findings(place.dataset.title + ", data", rows, false));
    } else {
      const [names, rows] = data.tables[Number(place.dataset.table)];
      place.replaceChildren(table(place.dataset.title + ", data", names, rows, (name) => name !== names[0], false));
    }
  }
  function show(number) {
    const row = byNumber.get(number);
    const place = row && document.querySelector('.rows[data-block="' + row[1] + '"]');
    if (!place) return false;
    for (let at = place.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    fill(place.closest("details"));
    const line = document.getElementById("f" + number);
    if (!line) return false;
    document.querySelectorAll("tr.here").forEach((old) => old.classList.remove("here"));
    line.classList.add("here");
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
    line.scrollIntoView({ block: "center" });
    return true;
  }
  function find(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = data.rows.filter((row) => {
      const held = [row[2], row[3], row[4], row[9], row[10]].map((place) => data.texts[place]).join(" ");
      const told = (held + " " + held.replace(/_/g, " ")).toLowerCase();
      return words.every((word) => told.includes(word));
    });
    const named = (row) => words.filter((word) => data.texts[row[2]].toLowerCase().includes(word)).length;
    const rank = (row) => data.texts[row[2]].length - 1000 * named(row);
    return words.length ? found.sort((one, other) => rank(one) - rank(other) || one[0] - other[0]) : [];
  }

  document.addEventListener("toggle", (event) => { if (event.target.open) fill(event.target); }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-row]");
    if (link && show(Number(link.dataset.row))) event.preventDefault();
  });
  const showHash = () => show(Number((/^#f(\d+)$/.exec(location.hash) || [])[1]));
  addEventListener("hashchange", showHash);
  showHash();
  const box = document.getElementById("search");
  const many = document.getElementById("found");
  const place = document.getElementById("results");
  let wait = 0;
  if (box) {
    document.getElementById("searching").hidden = false;
    box.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(() => {
        const found = find(box.value);
        many.textContent = !box.value.trim() ? "" : found.length > 100 ? found.length + " rows, the first 100 below" :
          found.length + (found.length === 1 ? " row" : " rows");
        place.replaceChildren(...(found.length ? [findings("Rows found", found.slice(0, 100), false)] : []));
      }, 150);
    });
  }
})();
