"use strict";
// What all parts share. The page shows numbers that stand in its data; it computes no finding.
const data = JSON.parse(document.getElementById("data").textContent);
const outcomes = Object.fromEntries(data.outcomes.map((one) => [one.name, one]));
const get = (id) => document.getElementById(id);
const VALUE = 0, LOW = 1, HIGH = 2, NUMBER = 4, LIMITS = 5;

function make(name, attributes = {}, text = "") {
  const svg = ["svg", "line", "circle", "rect", "text", "path", "polyline", "title"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== "") made.textContent = text;
  return made;
}

// The width of a picture: that of the column, so that its letters are as large as those of the text.
const wide = () => Math.max(Math.min(600, document.documentElement.clientWidth - 34), 260);

function picture(width, height, label) {
  return make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
}

function fill(parent, ...children) {
  parent.replaceChildren(...children);
  return parent;
}

// The value of an outcome at a point, in the unit of the page; null where it was not computed.
function scaled(name, point, which) {
  const value = data.points[point][name][which];
  return value === null ? null : value * outcomes[name].times;
}

// "2.1 (95 % interval 1.8 to 2.4)", as the testbed writes it.
function words(name, point) {
  const row = data.points[point][name];
  return `${row[NUMBER]} (${row[LIMITS]})`;
}

// The end of the axis of an outcome: somewhat above its largest value. A wide interval does not squeeze the values; its
// bar is cut at the end of the axis, which is at most the largest value that a rate can have (`top`).
function most(name) {
  const largest = (which) => Math.max(...Object.keys(data.points).map((point) => scaled(name, point, which) || 0));
  const end = nice(1.25 * largest(VALUE) || largest(HIGH) || 1), { top } = outcomes[name];
  return top === null ? end : Math.min(end, top);
}

function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value * (1 - 1e-9)) * power;
}

const plain = (value) => String(Math.round(value * 1e6) / 1e6);

document.querySelectorAll(".controls, .player").forEach((one) => { one.hidden = false; });
// Draw now, and again when the window has another width.
function drawn(draw) {
  let width = wide();
  addEventListener("resize", () => { if (wide() !== width) { width = wide(); draw(); } });
  draw();
}

addEventListener("beforeprint", () => document.querySelectorAll("details.all").forEach((one) => { one.open = true; }));

