/*
 * charts.js - draws the time series from the table that stays in the page.
 *
 * Bars: answered below, all others on top; the previous period is a thin
 * line. Colours are the page's custom properties, read again when the theme
 * changes. A day that is not over yet is drawn in stripes.
 */
import uPlot from "uplot";

import { colour } from "./colour.js";

const HEIGHT = 236;
const RIGHT_PX = 8; /* room beside the last bar */
const BESIDE = 0.6; /* of a bar's place, left of the first and right of the last */
const LABEL_PX = 42; /* the widest name of a day */
const STRIPE_PX = 3; /* of a bar that is not over yet, along its side, and of the gap */
const SLANT = Math.SQRT1_2 / 2; /* a stripe's width at 45 degrees, of two of these */

/* Steps of an axis in a metric's unit, so that a gridline is a round number: one,
 * two or five of something, and of times what clocks show. */
const DECIMAL = [1, 2, 5].flatMap((d) => Array.from({ length: 15 }, (_, i) => d * 10 ** i)).sort((a, b) => a - b);
const STEPS = { ms: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 36000].map((s) => s * 1000) };
const LINES = 4; /* at most, above zero */

/* How far the axis goes at least: not to be counted in parts of a call, nor of
 * what no label can say. Where all is 0, it has its usual units, too. */
const LEAST = { count: LINES, money: 4e3 };
const EMPTY = { share: 400, ms: 4e3, money: 4e6, ratio: 400 };

/* Lines from 0 up; the last one is not below the highest bar. */
function lines(unit, highest) {
	const most = Math.max(LEAST[unit] ?? 1, highest || (EMPTY[unit] ?? 1));
	const step = (STEPS[unit] ?? DECIMAL).find((s) => most <= s * LINES) ?? most / LINES;

	return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, i) => i * step);
}

/* How a metric's unit is said on the axis; see cgi/page/page_metric.h. */
const UNITS = {
	count: (v) => v.toLocaleString("en"),
	share: (v) => `${v / 100} %`,
	ms: (v) => (v < 120000 ? `${Math.round(v / 1000)} s` : `${+(v / 60000).toFixed(1)} m`),
	money: (v) => (v / 1e6).toLocaleString("en"),
	ratio: (v) => `${v / 100}×`,
};

/* A table of one metric: its number and the period before, as written and, for
 * drawing, as data-n. */
function readOne(table) {
	const rows = [...table.tBodies[0].rows];
	const column = (i) => rows.map((r) => Number(r.cells[i].dataset.n));

	return {
		labels: rows.map((r) => r.dataset.label),
		shorts: rows.map((r) => r.dataset.short),
		partial: rows.map((r) => r.dataset.partial === "1"),
		links: [],
		texts: rows.map((r) => [r.cells[1].textContent, `${r.cells[2].textContent} in the previous period`]),
		calls: column(1),
		before: column(2),
	};
}

/* The rows of the table as columns of numbers. */
function read(table) {
	const rows = [...table.tBodies[0].rows];
	const column = (i) => rows.map((r) => Number(r.cells[i].textContent));

	return {
		labels: rows.map((r) => r.dataset.label),
		shorts: rows.map((r) => r.dataset.short),
		partial: rows.map((r) => r.dataset.partial === "1"),
		links: rows.map((r) => r.querySelector("a")?.href),
		calls: column(1),
		answered: column(2),
		missed: column(3),
		before: column(4),
	};
}

/* A colour in stripes, on another: what is paler alone would hardly be seen. */
function stripes(whole, part) {
	const tile = document.createElement("canvas");
	const side = Math.round(STRIPE_PX * 2 * devicePixelRatio);
	const ctx = tile.getContext("2d");

	tile.width = tile.height = side;
	ctx.fillStyle = part;
	ctx.fillRect(0, 0, side, side);
	ctx.strokeStyle = whole;
	ctx.lineWidth = side * SLANT;
	for (const x of [-side, 0, side]) {
		ctx.moveTo(x, side);
		ctx.lineTo(x + side, 0);
	}
	ctx.stroke();
	return ctx.createPattern(tile, "repeat");
}

function bars(name, partial, upper) {
	return {
		fill: () => colour(`--${name}-mark`),
		stroke: () => colour(`--${name}-mark`),
		width: 0,
		points: { show: false },
		paths: uPlot.paths.bars({
			size: [0.68, 36],
			radius: upper ? 0.12 : 0,
			disp: {
				fill: {
					unit: 3,
					values: () => {
						const [whole, part] = ["mark", "part"].map((w) => colour(`--${name}-${w}`));
						const striped = stripes(whole, part);

						return partial.map((p) => (p ? striped : whole));
					},
				},
			},
		}),
	};
}

/* As many labels as fit: about one in 56 px. */
function pick(u, splits, shorts) {
	const wide = u.bbox.width / devicePixelRatio;
	const step = Math.max(1, Math.ceil(shorts.length / (wide / 56)));

	const fits = (i) => ((i + BESIDE) / (shorts.length - 1 + 2 * BESIDE)) * wide + LABEL_PX / 2 < wide + RIGHT_PX;

	return splits.map((i) => (Number.isInteger(i) && i % step === 0 && fits(i) ? shorts[i] ?? "" : ""));
}

function tip(box) {
	const el = document.createElement("div");

	el.className = "tip";
	el.hidden = true;
	box.append(el);
	return el;
}

function say(el, data, i) {
	const line = (text, tag = "span") => {
		const part = document.createElement(tag);

		part.textContent = text;
		return part;
	};

	if (data.texts) {
		el.replaceChildren(line(data.labels[i] + (data.partial[i] ? ", so far" : ""), "b"),
			line(data.texts[i][0]), document.createElement("br"), line(data.texts[i][1]));
		return;
	}
	const rest = data.missed[i] === 1 ? "1 other" : `${data.missed[i]} others`;

	el.replaceChildren(
		line(data.labels[i] + (data.partial[i] ? ", so far" : ""), "b"),
		line(`${data.answered[i]} answered`), document.createElement("br"),
		line(rest), document.createElement("br"),
		line(`${data.before[i]} in the previous period`),
	);
}

function hover(data, el) {
	return (u) => {
		const i = u.cursor.idx;

		el.hidden = i == null || u.cursor.left < 0;
		if (el.hidden)
			return;
		say(el, data, i);
		const x = u.valToPos(i, "x") + u.over.offsetLeft;
		const left = x + 16 + el.offsetWidth > u.root.clientWidth ? x - 16 - el.offsetWidth : x + 16;

		el.style.left = `${left}px`;
		el.style.top = "16px";
	};
}

function seriesOf(data) {
	const before = {
		stroke: () => colour("--text-3"), width: 1.5, dash: [4, 3],
		points: { show: false },
	};

	if (data.texts)
		return [{}, bars("accent", data.partial, true), before];
	return [{}, bars("red", data.partial, true), bars("green", data.partial, false), before];
}

function options(box, width, data, el) {
	const word = box.dataset.one ?? "count";
	const unit = UNITS[word];
	const at = lines(word, Math.max(...data.calls, ...data.before));
	const labels = at.map(unit);
	const axis = {
		stroke: () => colour("--text-3"),
		font: "12px system-ui, sans-serif",
		ticks: { show: false },
	};

	return {
		width,
		height: HEIGHT,
		padding: [box.dataset.axis ? 24 : 12, RIGHT_PX, 0, 0],
		legend: { show: false },
		cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
		scales: {
			x: { time: false, range: (u, min, max) => [min - BESIDE, max + BESIDE] },
			y: { range: () => [0, at.at(-1)] },
		},
		axes: [
			{
				...axis, grid: { show: false }, size: 28,
				splits: () => data.shorts.map((_, i) => i),
				values: (u, splits) => pick(u, splits, data.shorts),
			},
			{
				...axis, size: Math.max(...labels.map((t) => t.length)) * 7 + 20, gap: 8,
				grid: { stroke: () => colour("--line"), width: 1 },
				splits: () => at,
				values: () => labels,
			},
		],
		series: seriesOf(data),
		hooks: { setCursor: [hover(data, el)] },
	};
}

function draw(box, first) {
	const table = document.getElementById(box.dataset.chart);
	const data = box.dataset.one ? readOne(table) : read(table);
	const el = tip(box);
	const xs = data.calls.map((_, i) => i);

	if (box.dataset.axis) {
		const said = document.createElement("span");

		said.className = "axis-unit";
		said.textContent = box.dataset.axis;
		box.append(said);
	}
	const chart = new uPlot(options(box, first, data, el),
		data.texts ? [xs, data.calls, data.before] : [xs, data.calls, data.answered, data.before], box);
	let width = first;

	chart.over.addEventListener("click", () => {
		const link = data.links[chart.cursor.idx];

		if (link)
			location.assign(link);
	});
	new ResizeObserver(() => {
		if (box.clientWidth === width)
			return;
		width = box.clientWidth;
		chart.setSize({ width, height: HEIGHT });
	}).observe(box);
	document.addEventListener("themechange", () => chart.redraw(true, true));
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw(true, true));
}

/* How wide a box is, the browser says when it has laid out the page: to ask for it
 * would have all laid out while this script runs. */
const seen = new IntersectionObserver((boxes) => {
	for (const { target, boundingClientRect } of boxes) {
		seen.unobserve(target);
		draw(target, Math.round(boundingClientRect.width));
	}
});

document.querySelectorAll("[data-chart]").forEach((box) => seen.observe(box));
