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

// The largest number of an outcome over all points, its intervals included: the end of its axis.
function most(name) {
  const all = Object.keys(data.points).flatMap((point) => [scaled(name, point, VALUE), scaled(name, point, HIGH)]);
  return nice(Math.max(...all.filter((one) => one !== null), 0) || 1);
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

