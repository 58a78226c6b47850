"use strict";
const page = JSON.parse(document.getElementById("contents").textContent);
const $ = (id) => document.getElementById(id);
const LEVEL = 0.9;

// Numbers, as the page carries them: base64 of little-endian floats.
function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed.data), (c) => c.charCodeAt(0));
  return packed.bits === 64 ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
}
function read(answer) {
  if (!answer) return answer;
  for (const key of ["coefficients", "natural", "values"]) if (answer[key] && answer[key].data) answer[key] = unpack(answer[key]);
  for (const piece of answer.pieces || []) piece.values = unpack(piece.values);
  return answer;
}
[page.observed, page.new, page.truth].forEach(read);
for (const group of page.units) group.units.forEach(read);
page.rules.forEach(read);
if (page.cloud) { page.cloud.outcome = unpack(page.cloud.outcome); page.cloud.levers = page.cloud.levers.map(unpack); }

// A setting: for each lever how it is moved, "as" it was or otherwise, and by what.
const start = () => page.levers.map((lever) => ({ kind: "as", value: lever.middle }));
let waiting, setting = start(), pinned = null, last = 0, rule = null, who = "all";

const affine = (move) => ({ as: [0, 1], set: [move.value, 0], shift: [move.value, 1], scale: [0, move.value] })[move.kind];

function monomials(surface, moves) {
  const point = moves.flatMap((move, k) => { const [a, b] = affine(move); return [a / surface.scale[k], b]; });
  return surface.exponents.map((powers) => powers.reduce((product, power, k) => (power ? product * point[k] ** power : product), 1));
}
// Where the engine listens, what is no polynomial is asked; until it answers, the grid speaks.
const asked = new Map();
const key = (moves) => JSON.stringify(moves.map((move) => (move.kind === "as" ? { kind: "as" } : move)));
async function ask(moves) {
  const question = key(moves);
  if (!page.token || page.exact || rule || asked.has(question)) return;
  asked.set(question, null);
  try {
    const reply = await fetch("/effect", { method: "POST", headers: { "X-Token": page.token, "Content-Type": "application/json" }, body: question });
    const found = await reply.json();
    if (!reply.ok) { $("method").textContent = found.error || "The engine refused this."; return; }
    for (const answer of Object.values(found)) answer.draws = unpack(answer.draws);
    asked.set(question, found);
    update();
  } catch { $("method").textContent = "The engine does not answer any more; start the command again."; asked.delete(question); }
}
// A sum that is rounding beside its terms is zero.
function dot(coefficients, from, terms) {
  let sum = 0, size = 0;
  for (let k = 0; k < terms.length; k++) { const part = coefficients[from + k] * terms[k]; sum += part; size += Math.abs(part); }
  return Math.abs(sum) > 1e-12 * size ? sum : 0;
}
// The effect beside the world as it was, draw by draw; null where the page does not carry it.
function effect(answer, moves, most = Infinity) {
  const known = !answer.exponents && page.token && asked.get(key(moves));
  if (known && answer === page.observed) return known.observed;
  if (known && answer === page.new) return known.new;
  if (answer.exponents) {
    const terms = monomials(answer, moves), draws = new Float64Array(Math.min(answer.draws || 1, most)), n = terms.length;
    for (let d = 0; d < draws.length; d++) draws[d] = dot(answer.coefficients, d * n, terms);
    return { draws, mean: dot(answer.mean, 0, terms) };
  }
  const moved = moves.map((move, k) => (move.kind === "as" ? -1 : k)).filter((k) => k >= 0);
  const count = answer.draws || 1;
  if (!moved.length) return { draws: new Float64Array(count), mean: 0 };
  const piece = answer.pieces.find((p) => p.levers.join() === moved.join() && p.kinds.every((kind, j) => kind === moves[p.levers[j]].kind));
  if (!piece) return null;
  const corners = weights(piece, moved.map((k) => moves[k].value)), size = piece.axes.reduce((n, a) => n * a.length, 1);
  const draws = new Float64Array(count);
  for (let d = 0; d < count; d++) for (const [where, weight] of corners) draws[d] += weight * piece.values[d * size + where];
  const mean = piece.mean ? corners.reduce((sum, [where, weight]) => sum + weight * piece.mean[where], 0) : average(draws);
  return { draws, mean };
}
function weights(piece, values) {
  let found = [[0, 1]];
  piece.axes.forEach((axis, j) => {
    const v = Math.min(Math.max(values[j], axis[0]), axis[axis.length - 1]);
    let k = 0;
    while (k < axis.length - 2 && axis[k + 1] <= v) k++;
    const part = axis.length > 1 ? (v - axis[k]) / (axis[k + 1] - axis[k]) : 0;
    found = found.flatMap(([where, weight]) => [[where * axis.length + k, weight * (1 - part)], [where * axis.length + Math.min(k + 1, axis.length - 1), weight * part]]);
  });
  return found.filter(([, weight]) => weight > 0);
}
function ruled(answer) {
  const { cuts } = answer, above = rule.direction === "above";
  let k = 0;
  while (k < cuts.length - 1 && cuts[k + 1] <= rule.cut) k++;
  const width = 2 * cuts.length, draws = new Float64Array(answer.draws);
  for (let d = 0; d < draws.length; d++) draws[d] = answer.values[d * width + (above ? k : cuts.length + k)];
  return { draws, mean: average(draws), treated: above ? answer.treated[k] : 1 - answer.treated[k] };
}
const average = (draws) => draws.reduce((sum, x) => sum + x, 0) / draws.length;
function quantile(sorted, q) {
  const place = (sorted.length - 1) * q, k = Math.floor(place);
  return sorted[k] + (place - k) * ((sorted[k + 1] ?? sorted[k]) - sorted[k]);
}
function summary(draws, mean) {
  const sorted = Float64Array.from(draws).sort(), tail = (1 - LEVEL) / 2;
  return { mean: mean ?? average(draws), low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), above: draws.filter((x) => x > 0).length / draws.length };
}
// Enough draws for a picture.
function some(draws, most = 400) { if (draws.length <= most) return draws; const step = draws.length / most; return Float64Array.from({ length: most }, (_, k) => draws[Math.floor(k * step)]); }
const minus = (one, other) => one && other && { draws: one.draws.map((x, d) => x - other.draws[d]), mean: one.mean - other.mean };
const plus = (answer, found) => found && { draws: found.draws.map((x, d) => x + answer.natural[answer.natural.length > 1 ? d : 0]), mean: found.mean + (answer.natural_mean ?? average(answer.natural)) };
function show(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value), text = size !== 0 && (size < 0.001 || size >= 1e6) ? value.toExponential(2) : value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
  return text.replaceAll("-", "−");
}
// The value of a lever: whole numbers have no decimals.
const held = (lever, value) => (lever.whole ? String(Math.round(value)).replace("-", "−") : show(value));
const percent = (share) => (share > 0.999 ? "more than 99.9 %" : share < 0.001 ? "less than 0.1 %" : `${(100 * share).toFixed(share > 0.99 || share < 0.01 ? 1 : 0)} %`);
const between = (s) => `${show(s.low)} to ${show(s.high)}`;

// What is asked about: all observed units, or one of them.
function subject() {
  if (who === "all") return page.observed;
  return page.units[+$("coupling").value || 0].units[+who];
}
function said(moves) {
  const words = moves.map((move, k) => [move, page.levers[k].name, page.levers[k]]).filter(([move]) => move.kind !== "as")
    .map(([move, name, lever]) => ({ set: `${name} set to ${held(lever, move.value)}`, shift: `${name} ${move.value < 0 ? "lowered" : "raised"} by ${show(Math.abs(move.value))}`, scale: `${name} multiplied by ${show(move.value)}` })[move.kind]);
  return words.length ? words.join(", ") : "nothing changed";
}

function update() {
  const answer = subject();
  let found, words = said(setting);
  if (rule) {
    found = ruled(page.rules[rule.index]);
    const r = page.rules[rule.index];
    words = `${page.levers[r.lever].name} set to 1 where ${r.reads} is ${rule.direction === "above" ? "at least" : "below"} ${show(rule.cut)}, else to 0 (${(100 * found.treated).toFixed(0)} % of units)`;
  } else found = answer && effect(answer, setting);
  const base = pinned && !rule && found ? effect(answer, pinned) : null;
  const change = base ? minus(found, base) : found;
  $("reference").textContent = pinned && !rule ? `Compared with: ${said(pinned)}.` : "Compared with the world as it was.";
  const s = change && summary(change.draws, change.mean), whom = who === "all" || rule ? `the mean of ${page.outcome} over these units` : `${page.outcome} of unit ${answer.label}`;
  $("sentence").innerHTML = s
    ? (words === "nothing changed" && !pinned ? `With nothing changed, ${escape(whom)} stays as it was. Move a lever.` : `With ${escape(words)}, ${escape(whom)} would ${s.low === 0 && s.high === 0 ? "stay as it is." : `${s.mean < 0 ? "fall" : "rise"} by <strong>${show(Math.abs(s.mean))}</strong> (${100 * LEVEL} % interval ${between(s)}). The probability that it rises is <strong>${percent(s.above)}</strong>.`}`)
    : "This page has no answer for these levers moved together in these ways. Move one alone, or set two.";
  for (const [key, value] of Object.entries(s || { mean: NaN, low: NaN, high: NaN })) $("sentence").dataset[key] = value;
  const truth = page.truth && !rule && who === "all" ? minus(effect(page.truth, setting), effect(page.truth, pinned || start())) : null;
  $("sentence").dataset.truth = truth ? truth.mean : "";
  if (change) density($("effect-plot"), change.draws, truth && truth.mean);
  rungs(found, answer);
  curve(answer);
  page.levers.forEach((_, k) => reach(k));
  clearTimeout(waiting);
  waiting = setTimeout(() => ask(setting), 150);
}
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function rungs(found, answer) {
  const tell = (id, s, extra) => { $(id).innerHTML = s ? `<b>${show(s.mean)}</b><br><small>${between(s)}${extra || ""}</small>` : `<small>${extra || "–"}</small>`; $(id).dataset.mean = s ? s.mean : ""; };
  if (rule) {
    tell("rung-1", null, "A rule is an action: the data alone do not show it.");
    tell("rung-2", null, "A rule is computed for the units of the data alone.");
    const all = plus(page.observed, found);
    tell("rung-3", all && summary(all.draws, all.mean));
    return;
  }
  const near = seen();
  tell("rung-1", near, near ? `<br>${near.count} units` : setting.some((m) => m.kind !== "as" && m.kind !== "set") ? "A shift or a multiplication is an action: the data alone do not show it." : "Too few units near this setting.");
  const fresh = page.new && plus(page.new, effect(page.new, setting));
  tell("rung-2", fresh && summary(fresh.draws, fresh.mean), fresh ? "" : "This page has no answer for this setting.");
  const own = plus(answer, found);
  tell("rung-3", own && summary(own.draws, own.mean), who === "all" ? "" : `<br>unit ${escape(answer.label)}`);
}
// Rung 1: the rows of the data whose levers are near what they are set to.
function seen() {
  if (!page.cloud || setting.some((move) => move.kind === "shift" || move.kind === "scale")) return null;
  const rows = [];
  page.cloud.outcome.forEach((y, i) => {
    const isNear = setting.every((move, k) => {
      if (move.kind === "as") return true;
      const lever = page.levers[k], width = lever.whole && lever.levels.length ? 0.5 : 0.1 * (lever.quantiles[95] - lever.quantiles[5] || 1);
      return Math.abs(page.cloud.levers[k][i] - move.value) <= width;
    });
    if (isNear) rows.push(y);
  });
  if (rows.length < 5) return null;
  const mean = average(rows), sd = Math.sqrt(rows.reduce((sum, y) => sum + (y - mean) ** 2, 0) / (rows.length - 1)), off = 1.645 * sd / Math.sqrt(rows.length);
  return { mean, low: mean - off, high: mean + off, count: rows.length };
}

// Pictures.
// As wide as there is room for, so that text keeps its size.
let W = 640;
const room = () => { W = Math.max(300, Math.min(640, $("effect-plot").clientWidth || 640)); };
function scaleOf(low, high, from, to) { const span = high - low || 1; return (x) => from + (to - from) * (x - low) / span; }
function ticks(low, high, count = W < 450 ? 4 : 6) {
  const raw = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const found = [];
  for (let t = Math.ceil(low / step) * step; t <= high + 1e-9 * step; t += step) found.push(Math.abs(t) < 1e-12 * step ? 0 : t);
  return [found, step];
}
function axis(low, high, x, y, levels = []) {
  const [found, step] = ticks(low, high), digits = levels.length ? 0 : Math.max(0, -Math.floor(Math.log10(step))), places = levels.length ? levels : found;
  return `<line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" stroke="var(--line)"/>` + places.map((t) => `<line x1="${x(t)}" x2="${x(t)}" y1="${y}" y2="${y + 4}" stroke="var(--soft)"/><text x="${x(t)}" y="${y + 17}" text-anchor="middle">${t.toFixed(Math.min(digits, 6)).replace("-", "−")}</text>`).join("");
}
function density(svg, draws, truth) {
  const sorted = Float64Array.from(some(draws, 1000)).sort(), n = sorted.length, H = 168, floor = 122;
  svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
  const spread = quantile(sorted, 0.99) - quantile(sorted, 0.01);
  let low = Math.min(0, quantile(sorted, 0.005) - 0.2 * spread, truth ?? 0), high = Math.max(0, quantile(sorted, 0.995) + 0.2 * spread, truth ?? 0);
  if (high - low < 1e-12) { low -= 1; high += 1; }
  const pad = 0.04 * (high - low); low -= pad; high += pad;
  const x = scaleOf(low, high, 12, W - 12);
  const sd = Math.sqrt(average(sorted.map((v) => v * v)) - average(sorted) ** 2) || (high - low) / 400, width = 1.06 * sd * n ** -0.2;
  // Draws are counted in narrow bins, and a kernel goes over the bins.
  const bins = 480, step = (high - low) / bins, counts = new Float64Array(bins + 1), kernel = [], points = [];
  for (const v of sorted) { const k = Math.round((v - low) / step); if (k >= 0 && k <= bins) counts[k]++; }
  for (let j = 0; j * step <= 4 * width; j++) kernel.push(Math.exp(-0.5 * (j * step / width) ** 2));
  for (let k = 0; k <= bins; k++) {
    let sum = counts[k];
    for (let j = 1; j < kernel.length; j++) sum += kernel[j] * ((counts[k - j] || 0) + (counts[k + j] || 0));
    points.push([low + k * step, sum]);
  }
  const top = Math.max(...points.map((p) => p[1])), y = (v) => floor - 104 * v / top;
  const path = points.map(([a, v]) => `${x(a).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const s = summary(draws), mark = (at, colour, label, dash, anchor, row = 0) => `<line x1="${x(at)}" x2="${x(at)}" y1="10" y2="${floor}" stroke="${colour}" stroke-width="1.5" ${dash ? 'stroke-dasharray="4 3"' : ""}/><text x="${x(at) + (anchor === "end" ? -5 : 5)}" y="${19 + 14 * row}" text-anchor="${anchor}" style="fill:${colour}">${label}</text>`;
  svg.innerHTML = `<polygon points="${x(low)},${floor} ${path} ${x(high)},${floor}" fill="var(--accent)" opacity=".22"/><polyline points="${path}" fill="none" stroke="var(--accent)" stroke-width="1.8"/>` +
    `<line x1="${x(s.low)}" x2="${x(s.high)}" y1="${floor}" y2="${floor}" stroke="var(--accent)" stroke-width="5" stroke-linecap="round"/>` + axis(low, high, x, floor + 6) + `<text x="${W / 2}" y="${H - 4}" text-anchor="middle">change of ${escape(page.outcome)}</text>` +
    mark(0, "var(--soft)", "no effect", true, x(0) > W / 2 ? "end" : "start") + (truth === null || truth === undefined ? "" : mark(truth, "var(--warm)", "truth", false, x(truth) > W - 70 || x(truth) < x(0) ? "end" : "start", Math.abs(x(truth) - x(0)) < 90 ? 1 : 0));
}
function curve(answer) {
  const svg = $("curve-plot"), lever = page.levers[last], move = setting[last], kind = move.kind === "as" ? Object.keys(lever.kinds)[0] : move.kind, H = 220;
  svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
  if (rule) { svg.innerHTML = ""; return; }
  const [low, high] = lever.kinds[kind], steps = lever.levels.length && kind === "set" ? lever.levels : Array.from({ length: 31 }, (_, k) => low + (high - low) * k / 30);
  const rows = steps.map((value) => {
    const found = answer && effect(answer, setting.map((m, k) => (k === last ? { kind, value } : m)), 400);
    if (!found) return null;
    const level = found.draws.map((x, d) => x + answer.natural[answer.natural.length > 1 ? d : 0]).sort();
    return [value, ...[0.05, 0.25, 0.5, 0.75, 0.95].map((q) => quantile(level, q))];
  });
  if (rows.some((row) => !row)) { svg.innerHTML = `<text x="${W / 2}" y="${H / 2}" text-anchor="middle">no answer for these levers together</text>`; return; }
  const least = Math.min(...rows.map((r) => r[1])), most = Math.max(...rows.map((r) => r[5])), span = most - least || 1;
  const x = scaleOf(low, high, 58, W - 12), y = scaleOf(least - 0.06 * span, most + 0.06 * span, H - 44, 10);
  const band = (i, j) => rows.map((r) => `${x(r[0]).toFixed(1)},${y(r[i]).toFixed(1)}`).concat([...rows].reverse().map((r) => `${x(r[0]).toFixed(1)},${y(r[j]).toFixed(1)}`)).join(" ");
  const [places, step] = ticks(least, most, 5), digits = Math.max(0, -Math.floor(Math.log10(step)));
  const [a, b] = lever.seen;
  const shade = kind === "set" ? [[low, Math.min(a, high)], [Math.max(b, low), high]].filter(([p, q]) => q > p).map(([p, q]) => `<rect x="${x(p)}" width="${x(q) - x(p)}" y="10" height="${H - 54}" fill="var(--beyond)"/>`).join("") : "";
  const here = move.kind === "as" ? "" : `<line x1="${x(move.value)}" x2="${x(move.value)}" y1="10" y2="${H - 44}" stroke="var(--ink)" stroke-dasharray="3 3"/>`;
  const words = { set: `${lever.name} set to`, shift: `${lever.name} shifted by`, scale: `${lever.name} multiplied by` }[kind];
  const marks = lever.levels.length && kind === "set" ? rows.map((r) => `<line x1="${x(r[0])}" x2="${x(r[0])}" y1="${y(r[1])}" y2="${y(r[5])}" stroke="var(--accent)" stroke-width="3" opacity=".5"/><circle cx="${x(r[0])}" cy="${y(r[3])}" r="4" fill="var(--accent)"/>`).join("") : `<polygon points="${band(1, 5)}" fill="var(--accent)" opacity=".16"/><polygon points="${band(2, 4)}" fill="var(--accent)" opacity=".24"/><polyline points="${rows.map((r) => `${x(r[0]).toFixed(1)},${y(r[3]).toFixed(1)}`).join(" ")}" fill="none" stroke="var(--accent)" stroke-width="2"/>`;
  svg.innerHTML = shade + places.map((t) => `<line x1="58" x2="${W - 12}" y1="${y(t)}" y2="${y(t)}" stroke="var(--line)"/><text x="52" y="${y(t) + 4}" text-anchor="end">${t.toFixed(Math.min(digits, 6)).replace("-", "−")}</text>`).join("") + marks + here + axis(low, high, x, H - 44, kind === "set" ? lever.levels : []) + `<text x="${W / 2}" y="${H - 6}" text-anchor="middle">${escape(words)}</text>`;
}
function strip(lever) {
  const [low, high] = lever.kinds.set, { counts, edges } = lever.histogram, top = Math.max(...counts), x = scaleOf(low, high, 8, 292), [a, b] = lever.seen;
  const bars = counts.map((c, k) => `<rect x="${x(edges[k])}" width="${Math.max(1, x(edges[k + 1]) - x(edges[k]) - 1)}" y="${24 - 22 * c / top}" height="${22 * c / top}" fill="var(--soft)" opacity=".45"/>`).join("");
  const shade = [[low, a], [b, high]].filter(([p, q]) => q > p).map(([p, q]) => `<rect x="${x(p)}" width="${x(q) - x(p)}" y="0" height="26" fill="var(--beyond)"/>`).join("");
  return `<svg class="strip" viewBox="0 0 300 26" aria-hidden="true">${shade}${bars}</svg>`;
}
// How many units a move takes beyond what was seen.
function reach(k) {
  const lever = page.levers[k], move = setting[k], note = $(`far-${k}`), [a, b] = lever.seen;
  if (move.kind === "as" || rule) { note.textContent = `In the data from ${held(lever, a)} to ${held(lever, b)}.`; note.className = "note"; return; }
  const [offset, factor] = affine(move), out = lever.quantiles.filter((v) => { const w = offset + factor * v; return w < a - 1e-9 || w > b + 1e-9; }).length / lever.quantiles.length;
  note.textContent = out === 0 ? `In the data from ${held(lever, a)} to ${held(lever, b)}.` : `${out === 1 ? "All" : `${Math.round(100 * out)} % of`} units would be beyond the data (${held(lever, a)} to ${held(lever, b)}): there the answer rests on the model alone.`;
  note.className = out > 0.05 ? "note far" : "note";
}

// Controls.
const NAMES = { as: "as it was", set: "set", shift: "shift", scale: "multiply" };
function build() {
  $("levers").innerHTML = page.levers.map((lever, k) => `<div class="lever"><h2><code>${escape(lever.name)}</code></h2><div class="kinds" role="radiogroup" aria-label="How ${escape(lever.name)} is moved">${["as", ...Object.keys(lever.kinds)].map((kind) => `<label><input type="radio" name="kind-${k}" value="${kind}" ${kind === "as" ? "checked" : ""}><span>${NAMES[kind]}</span></label>`).join("")}</div>${strip(lever)}<div class="row"><input type="range" id="lever-${k}" aria-label="${escape(lever.name)}"><output id="value-${k}"></output></div><p class="note" id="far-${k}"></p></div>`).join("");
  page.levers.forEach((lever, k) => {
    place(k);
    $(`lever-${k}`).addEventListener("input", (event) => {
      if (setting[k].kind === "as") choose(k, Object.keys(lever.kinds)[0], +event.target.value);
      else setting[k] = { ...setting[k], value: +event.target.value };
      last = k; label(k); remember(); update();
    });
    document.getElementsByName(`kind-${k}`).forEach((radio) => radio.addEventListener("change", () => { choose(k, radio.value); last = k; remember(); update(); }));
  });
  $("who").innerHTML = `<option value="all">all ${page.count} units</option>` + (page.units[0]?.units || []).map((unit, j) => `<option value="${j}">unit ${escape(unit.label)}</option>`).join("");
  $("who").addEventListener("change", () => { who = $("who").value; couplings(); update(); });
  $("coupling").innerHTML = page.units.map((group, j) => `<option value="${j}">${escape(group.coupling || "")}</option>`).join("");
  $("coupling").addEventListener("change", update);
  $("reset").addEventListener("click", () => { setting = start(); pinned = null; page.levers.forEach((_, k) => { choose(k, "as"); }); remember(); update(); });
  $("pin").addEventListener("click", () => { pinned = setting.map((move) => ({ ...move })); update(); });
  if (page.rules.length) buildRule();
  $("method").textContent = page.exact
    ? `What you see is exact at every setting: the answer is a polynomial in the levers. Means are over ${page.asked} of ${page.draws} draws of the posterior, intervals over ${page.observed.draws}.`
    : `The answer was computed at a grid of settings and is interpolated between them; the mean is then off by at most ${(100 * Math.max(page.observed.error, 0)).toFixed(1)} % of its range along a lever. Means are over ${page.asked} of ${page.draws} draws of the posterior, intervals over ${page.observed.draws}.`;
}
function couplings() { $("coupling-label").hidden = who === "all" || page.units.length < 2; }
function choose(k, kind, value) {
  const lever = page.levers[k];
  const usual = { as: lever.middle, set: lever.middle, shift: 0, scale: 1 };
  setting[k] = { kind, value: value ?? usual[kind] };
  document.getElementsByName(`kind-${k}`).forEach((radio) => { radio.checked = radio.value === kind; });
  place(k);
}
function place(k) {
  const lever = page.levers[k], kind = setting[k].kind === "as" ? Object.keys(lever.kinds)[0] : setting[k].kind, [low, high] = lever.kinds[kind], slider = $(`lever-${k}`);
  slider.min = low; slider.max = high; slider.step = lever.whole ? 1 : "any"; slider.value = setting[k].value;
  label(k);
}
function label(k) { $(`value-${k}`).textContent = setting[k].kind === "as" ? "" : held(page.levers[k], setting[k].value); }
function buildRule() {
  $("rule").innerHTML = `<div class="rule"><p>Treat by a rule: <code id="rule-lever"></code> is set to 1 where</p><p><select id="rule-reads">${page.rules.map((r, j) => `<option value="${j}">${escape(r.reads)}</option>`).join("")}</select> is <select id="rule-direction"><option value="above">at least</option><option value="below">below</option></select></p><div class="row"><input type="range" id="rule-cut" aria-label="Threshold"><output id="rule-value"></output></div><p class="note">and to 0 elsewhere. The threshold goes from one computed value to the next.</p></div>`;
  const apply = () => { const r = page.rules[+$("rule-reads").value]; rule = { index: +$("rule-reads").value, cut: r.cuts[+$("rule-cut").value], direction: $("rule-direction").value }; $("rule-lever").textContent = page.levers[r.lever].name; $("rule-value").textContent = show(rule.cut); update(); };
  const range = () => { const r = page.rules[+$("rule-reads").value]; $("rule-cut").min = 0; $("rule-cut").max = r.cuts.length - 1; $("rule-cut").step = 1; $("rule-cut").value = Math.floor(r.cuts.length / 2); };
  range();
  $("rule-reads").addEventListener("change", () => { range(); apply(); });
  $("rule-direction").addEventListener("change", apply);
  $("rule-cut").addEventListener("input", apply);
  const tab = (which) => { const ruled = which === "rule"; $("levers").hidden = ruled; $("rule").hidden = !ruled; $("tab-rule").setAttribute("aria-selected", ruled); $("tab-levers").setAttribute("aria-selected", !ruled); if (ruled) { who = "all"; $("who").value = "all"; couplings(); apply(); } else { rule = null; update(); } };
  $("tab-levers").addEventListener("click", () => tab("levers"));
  $("tab-rule").addEventListener("click", () => tab("rule"));
}
// The address keeps the setting, so that it can be handed on.
function remember() {
  const words = setting.map((move, k) => (move.kind === "as" ? null : `${encodeURIComponent(page.levers[k].name)}=${move.kind}:${move.value}`)).filter(Boolean);
  try { history.replaceState(null, "", words.length ? `#${words.join("&")}` : location.pathname + location.search); } catch { /* a page without an address */ }
}
function recall() {
  for (const part of location.hash.slice(1).split("&")) {
    const [name, move] = part.split("="), k = page.levers.findIndex((lever) => encodeURIComponent(lever.name) === name);
    const [kind, value] = (move || "").split(":");
    if (k >= 0 && page.levers[k].kinds[kind] && Number.isFinite(+value)) { choose(k, kind, +value); last = k; }
  }
}
build();
recall();
room();
update();
addEventListener("resize", () => { room(); update(); });
