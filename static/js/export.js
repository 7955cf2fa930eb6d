/*
 * export.js - an export of the log that says how far it is and can be stopped.
 *
 * Rows come newest first, so the time of the last one tells how much of the
 * period is done. The file is saved when all of it is there: one that broke off
 * in the middle is told, never kept. Without scripts the links just download.
 */
const STAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const EVERY_MS = 200;

/* Rows that ended in this chunk; line ends in quotes are part of a cell. */
function counter(quoted) {
	let inside = false;

	return (bytes) => {
		let n = 0;

		for (const b of bytes) {
			if (b === 0x22 && quoted)
				inside = !inside;
			else if (b === 0x0a && !inside)
				n++;
		}
		return n;
	};
}

/* The part of the period that is done, by the first time of a row in text. */
function done(text, from, to) {
	const at = text.match(STAMP);

	return at && to > from ? Math.min(1, Math.max(0, (to - Date.parse(at[0])) / (to - from))) : null;
}

function save(parts, type, name) {
	const a = document.createElement("a");

	a.href = URL.createObjectURL(new Blob(parts, { type }));
	a.download = name;
	a.click();
	setTimeout(() => URL.revokeObjectURL(a.href), 60000);
}

async function run(link, tell, signal) {
	const { from, to } = link.closest("[data-export]").dataset;
	const res = await fetch(link.href, { signal });

	if (!res.ok)
		throw new Error(`The server answered ${res.status}.`);
	const csv = res.headers.get("content-type").startsWith("text/csv");
	const count = counter(csv);
	const decoder = new TextDecoder();
	const reader = res.body.getReader();
	const parts = [];
	let rows = csv ? -1 : 0; /* the first line names the columns */
	let told = 0;

	for (;;) {
		const { value, done: over } = await reader.read();

		if (over)
			break;
		parts.push(value);
		rows += count(value);
		if (performance.now() - told > EVERY_MS) {
			told = performance.now();
			tell(rows, done(decoder.decode(value.slice(0, 4096)), from / 1000, to / 1000));
		}
	}
	const name = res.headers.get("content-disposition")?.match(/filename="([^"]+)"/)?.[1] ?? "calls";

	save(parts, res.headers.get("content-type"), name);
	return rows;
}

export function exporting() {
	const bar = document.querySelector("[data-export-bar]");
	const links = document.querySelectorAll("[data-export] a[download]");
	let stop = null;

	if (!bar)
		return;
	const text = bar.querySelector("[data-export-text]");
	const meter = bar.querySelector("progress");
	const cancel = bar.querySelector("[data-export-cancel]");
	const words = (n) => `${n.toLocaleString("en")} ${n === 1 ? "call" : "calls"}`;

	cancel.addEventListener("click", () => {
		if (stop)
			stop.abort();
		else
			bar.hidden = true;
	});
	links.forEach((link) => link.addEventListener("click", async (e) => {
		let rows = 0;

		if (e.ctrlKey || e.metaKey || e.shiftKey)
			return;
		e.preventDefault();
		if (stop)
			return;
		stop = new AbortController();
		link.closest("details").open = false;
		bar.hidden = false;
		meter.value = 0;
		cancel.textContent = "Cancel";
		text.textContent = "The export begins…";
		try {
			rows = await run(link, (n, part) => {
				rows = n;
				meter.value = part ?? meter.value;
				text.textContent = words(n);
			}, stop.signal);
			meter.value = 1;
			text.textContent = `${words(Math.max(0, rows))}, saved.`;
		} catch (err) {
			text.textContent = err.name === "AbortError" ? "Cancelled. Nothing was saved." :
				`The export broke off after ${words(rows)}, and nothing was saved. Try again, or choose fewer days.`;
		}
		stop = null;
		cancel.textContent = "Close";
	}));
}
