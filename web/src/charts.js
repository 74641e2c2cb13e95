// An answer as a picture: bars, a timeline or a grid, as SVG. The rules and the shapes are those of charts.py, and a
// test compares what both draw.
import { addressOf } from "./answer.js";
import { BASE, root } from "./shared.js";

const MOST_BARS = 40;
const MOST_CELLS = 1000;
const MOST_ROWS = 30_000;
const SIDE = 24;
const LEVELS = 5;
const [BAR, ROW] = [18, 26];
const [CELL, LABELS, HEAD] = [34, 220, 150];
const LONGEST = 30;
const NUMBERS = /#(integer|decimal|double|float|int|long|short|byte|unsigned\w+|(non)?(negative|positive)Integer)$/i;
// What numbers a row rather than measures it.
const ORDINALS = ["year", "place"];
// Stored queries that list the works of a cell, by what its row and column are.
const WORKS = { "approach goal": "works-by-approach", "goal method": "works-by-method" };

// *results* (SPARQL results in JSON) as an element, where their columns suit a picture; else null. *source* is the
// parameter of that name of the stored query.
export function picture(results, source) {
  const columns = results.head.vars;
  const rows = results.results.bindings;
  if (rows.length < 2 || rows.length > MOST_ROWS) return null;
  const numbers = columns.filter((name) => rows.every((row) => isNumber(row[name])));
  const things = columns.filter((name) => name.endsWith("Label") && columns.includes(name.slice(0, -5)));
  const few = rows.length <= MOST_CELLS;
  const measures = numbers.filter((name) => !ORDINALS.includes(name));
  if (few && columns[0] === "year" && numbers[0] === "year" && measures.length && isUnique(rows, "year")) return made(ofYears(rows, measures[0]));
  const apart = few && things.find((label) => isUnique(rows, label));
  if (apart && measures.length) return made(ofThings(rows, apart, measures[0]));
  if (things.length === 2 && measures.length === 1) return made(ofPairs(rows, things, measures[0], source));
  return null;
}

function isNumber(term) {
  return Boolean(term) && term.type === "literal" && NUMBERS.test(term.datatype || "") && !Number.isNaN(Number(term.value));
}

const textOf = (term) => (term ? term.value : "None");

function isUnique(rows, name) {
  return new Set(rows.map((row) => textOf(row[name]))).size === rows.length;
}

function ofYears(rows, column) {
  const marks = rows.map((row) => {
    const year = row.year.value;
    return { label: year, value: +row[column].value, link: question("works-by-year", { since: year, until: year }) };
  });
  marks.sort((one, other) => (one.label < other.label ? -1 : 1));
  return timeline(marks, `${column} by year`);
}

function ofThings(rows, label, column) {
  const thing = label.slice(0, -5);
  const marks = rows.map((row) => ({ label: textOf(row[label]), value: +row[column].value, link: pageOf(row[thing]) }));
  marks.sort((one, other) => other.value - one.value);
  return marks.some((mark) => mark.value > 0) ? bars(marks.slice(0, MOST_BARS), `${column} of each ${thing}`) : null;
}

function ofPairs(table, labels, column, source) {
  const [down, across] = labels.map((label) => label.slice(0, -5));
  const listing = WORKS[[down, across].sort().join(" ")];
  let rows = new Map();
  let columns = new Map();
  const cells = new Map();
  for (const row of table) {
    const [one, other] = [row[down], row[across]];
    if (one?.type !== "uri" || other?.type !== "uri") return null;
    rows.set(one.value, textOf(row[labels[0]]));
    columns.set(other.value, textOf(row[labels[1]]));
    const value = +row[column].value;
    const link = listing && value ? question(listing, { [down]: short(one.value), [across]: short(other.value), source: source || "listed" }) : null;
    cells.set(`${one.value} ${other.value}`, { places: [one.value, other.value], label: `${textOf(row[labels[0]])} × ${textOf(row[labels[1]])}`, value, link });
  }
  let note = "";
  if (rows.size * columns.size > MOST_CELLS) {
    note = `Of ${number(rows.size)} × ${number(columns.size)} rows and columns, those with most.`;
    rows = fullest(rows, cells, 0);
    columns = fullest(columns, cells, 1);
  }
  return grid(rows, columns, cells, `${column} by ${down} and ${across}`, note);
}

// The labels of the rows (side 0) or columns (1) that have most in their cells, in their order.
function fullest(labels, cells, side) {
  const total = new Map([...labels.keys()].map((one) => [one, 0]));
  for (const { places, value } of cells.values()) total.set(places[side], total.get(places[side]) + value);
  const kept = new Set([...total].sort((one, other) => other[1] - one[1]).slice(0, SIDE).map(([one]) => one));
  return new Map([...labels].filter(([one]) => kept.has(one)));
}

function timeline(marks, title) {
  const most = Math.max(...marks.map((mark) => mark.value)) || 1;
  const step = Math.max(Math.min(Math.floor(720 / marks.length), 64), 14);
  const height = 140;
  const parts = marks.map((mark, place) => {
    const x = place * step;
    const tall = Math.max(round((height * mark.value) / most), mark.value ? 1 : 0);
    const shown = step < 36 ? `’${mark.label.slice(2)}` : mark.label;
    return linked(
      mark,
      `<rect class="bar" x="${x + 2}" y="${20 + height - tall}" width="${step - 4}" height="${tall}"/>` +
        `<text class="value" x="${x + step / 2}" y="${14 + height - tall}">${number(mark.value)}</text>` +
        `<text class="tick" x="${x + step / 2}" y="${height + 38}">${safe(shown)}</text>`,
    );
  });
  return svg(marks.length * step, height + 46, title, parts, "timeline");
}

function bars(marks, title) {
  const most = Math.max(...marks.map((mark) => mark.value)) || 1;
  const parts = marks.map((mark, place) => {
    const y = place * ROW;
    const wide = Math.max(round((420 * mark.value) / most), mark.value ? 1 : 0);
    return linked(
      mark,
      `<text class="row" x="${LABELS - 8}" y="${y + 17}">${safe(cut(mark.label))}</text>` +
        `<rect class="bar" x="${LABELS}" y="${y + 3}" width="${wide}" height="${BAR}"/>` +
        `<text class="after" x="${LABELS + wide + 6}" y="${y + 17}">${number(mark.value)}</text>`,
    );
  });
  return svg(LABELS + 480, marks.length * ROW, title, parts, "bars");
}

function grid(rows, columns, cells, title, note) {
  const most = Math.max(...[...cells.values()].map((mark) => mark.value)) || 1;
  const [width, height] = [LABELS + columns.size * CELL + 90, HEAD + rows.size * ROW + (note ? ROW : 0)];
  const parts = [`<rect class="empty" x="${LABELS}" y="${HEAD}" width="${columns.size * CELL}" height="${rows.size * ROW}"/>`];
  [...columns.values()].forEach((label, place) => {
    const x = LABELS + place * CELL + CELL / 2;
    parts.push(`<text class="column" transform="translate(${x + 4} ${HEAD - 6}) rotate(-45)">${safe(cut(label))}</text>`);
  });
  [...rows.values()].forEach((label, place) => {
    const y = HEAD + place * ROW;
    parts.push(`<text class="row" x="${LABELS - 8}" y="${y + 17}">${safe(cut(label))}</text>`);
    parts.push(`<path class="rule" d="M${LABELS} ${y}h${columns.size * CELL}"/>`);
  });
  [...rows.keys()].forEach((row, down) => {
    [...columns.keys()].forEach((column, across) => {
      const mark = cells.get(`${row} ${column}`);
      if (!mark || !mark.value) return;
      const [x, y] = [LABELS + across * CELL, HEAD + down * ROW];
      const level = Math.max(1, Math.min(LEVELS, round(LEVELS * Math.sqrt(mark.value / most))));
      parts.push(
        linked(
          mark,
          `<rect class="level-${level}" x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${ROW - 2}"/>` +
            `<text class="cell on-${level}" x="${x + CELL / 2}" y="${y + 17}">${number(mark.value)}</text>`,
        ),
      );
    });
  });
  if (note) parts.push(`<text x="${LABELS}" y="${height - 6}">${safe(note)}</text>`);
  return svg(width, height, title, parts, "grid");
}

function linked(mark, body) {
  const said = safe(`${mark.label}: ${number(mark.value)}`);
  if (!mark.link) return `<g role="img" aria-label="${said}">${body}</g>`;
  return `<a href="${safe(mark.link)}"><title>${said}</title>${body}</a>`;
}

function svg(width, height, title, parts, kind) {
  return `<svg class="chart ${kind}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${safe(title)}">${parts.join("")}</svg>`;
}

// All that answers say went through `safe`.
function made(text) {
  return text ? document.createRange().createContextualFragment(text).firstChild : null;
}

function question(name, given) {
  return new URL(`query/${name}.html?${new URLSearchParams(given)}`, root).href;
}

function pageOf(term) {
  return term?.type === "uri" && term.value.startsWith(BASE) ? addressOf(term.value) : null;
}

const short = (iri) => iri.slice(iri.lastIndexOf("/") + 1);

// To the even number, where two are as near.
function round(value) {
  const below = Math.floor(value);
  return value - below > 0.5 || (value - below === 0.5 && below % 2) ? below + 1 : below;
}

function number(value) {
  const digits = Number.isInteger(value) ? 0 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function cut(text) {
  const letters = [...text];
  return letters.length <= LONGEST ? text : `${letters.slice(0, LONGEST - 1).join("").trimEnd()}…`;
}

function safe(text) {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
