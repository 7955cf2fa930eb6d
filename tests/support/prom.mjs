// Prometheus' text format, read strictly, and its rules of naming: what
// `promtool check metrics` would say, and what keeps a server from growing.
const UNITS_WRONG = /(^|_)(milli|micro|nano)?(milliseconds|microseconds|nanoseconds|minutes|hours|days|kilobytes|megabytes|kb|mb|ms|us|percent)(_|$)/;

// The value of a label; \\, \" and \n are its only escapes.
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;

function labelsOf(text) {
	const labels = {};
	for (let rest = text; rest !== ''; ) {
		const m = LABEL.exec(rest);
		if (!m || m[1] in labels) return null;
		labels[m[1]] = m[2];
		rest = rest.slice(m[0].length);
	}
	return labels;
}

function checkName(name, type, say) {
	if (!/^[a-z][a-z0-9_]*$/.test(name) || name.includes('__')) say(`${name}: not a plain name`);
	if (!name.startsWith('ringtrace_')) say(`${name}: not named after us`);
	if ((type === 'counter') !== name.endsWith('_total')) say(`${name}: a ${type}, counters alone end in _total`);
	if (/_(count|sum|bucket|info)$/.test(name)) say(`${name}: ends like a part of another type`);
	if (new RegExp(`_(counter|gauge)(_|$)`).test(name)) say(`${name}: its type is in the name`);
	if (UNITS_WRONG.test(name)) say(`${name}: not in base units`);
}

// What is wrong with a page of metrics (none: []), and the metrics in it:
// name -> { type, help, rows: [{ labels, value }] }.
export function readMetrics(text, { maxSeries = 500, maxValues = 20 } = {}) {
	const wrong = [];
	const say = (what) => wrong.push(what);
	const metrics = new Map();
	let now = null;
	if (!text.endsWith('\n')) say('the last line does not end');
	for (const line of text.split('\n').slice(0, -1)) {
		let m = /^# HELP (\S+) (\S.*)$/.exec(line);
		if (m) {
			if (metrics.has(m[1])) say(`${m[1]}: told twice`);
			now = { name: m[1], help: m[2], type: null, rows: [] };
			metrics.set(m[1], now);
			continue;
		}
		m = /^# TYPE (\S+) (counter|gauge)$/.exec(line);
		if (m) {
			if (now?.name !== m[1] || now.type || now.rows.length) say(`${m[1]}: TYPE without HELP before it`);
			else now.type = m[2];
			continue;
		}
		m = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\d+(?:\.\d+)?)$/.exec(line);
		const labels = m && labelsOf(m[2] ?? '');
		if (!m || !labels) say(`not read: ${line}`);
		else if (now?.name !== m[1] || !now.type) say(`${m[1]}: a row outside of its group`);
		else now.rows.push({ labels, value: Number(m[3]) });
	}
	for (const { name, type, rows } of metrics.values()) {
		checkName(name, type, say);
		const keys = rows.map((r) => JSON.stringify(Object.entries(r.labels).sort()));
		if (new Set(keys).size < keys.length) say(`${name}: one row twice`);
		if (new Set(rows.map((r) => Object.keys(r.labels).sort().join())).size > 1) say(`${name}: rows with different labels`);
		for (const label of Object.keys(rows[0]?.labels ?? {}))
			if (new Set(rows.map((r) => r.labels[label])).size > maxValues) say(`${name}: too many values of ${label}`);
	}
	const series = [...metrics.values()].reduce((n, m) => n + m.rows.length, 0);
	if (series > maxSeries) say(`${series} rows`);
	return { wrong, metrics };
}
