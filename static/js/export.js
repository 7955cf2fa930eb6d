/*
 * export.js - an export of the log that says how far it is and can be stopped.
 *
 * Rows come newest first, so the time of the last one tells how much of the
 * period is done. The file is saved when all of it is there: one that broke off
 * in the middle is told, never kept. Until then it lies in the browser's own
 * storage on disk where there is one, so that a million calls take no memory.
 * Without scripts the links just download.
 */
const STAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const EVERY_MS = 200;
const HOLD_MS = 600000; /* a browser copies a saved file meanwhile */
const OLD_MS = 86400000; /* of a tab that was closed in the middle */
const PREFIX = "export-";

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

/* What closed tabs left in the storage. */
async function sweep(dir) {
	for await (const name of dir.keys())
		if (name.startsWith(PREFIX) && !(Date.now() - Number(name.slice(PREFIX.length).split("-")[0]) < OLD_MS))
			await dir.removeEntry(name).catch(() => {});
}

/* A file in the storage of this site: written to disk as it comes. */
async function onDisk() {
	const dir = await navigator.storage.getDirectory();
	const name = `${PREFIX}${Date.now()}-${Math.random().toString(36).slice(2)}`;
	const handle = await dir.getFileHandle(name, { create: true });
	const drop = () => dir.removeEntry(name).catch(() => {});

	await sweep(dir);
	try {
		const file = await handle.createWritable();

		return {
			write: (bytes) => file.write(bytes),
			end: async () => {
				await file.close();
				return handle.getFile();
			},
			drop,
			cancel: async () => {
				await file.abort().catch(() => {});
				await drop();
			},
		};
	} catch (err) {
		await drop();
		throw err;
	}
}

/* Browsers without such a storage, and pages that are not secure. */
function inMemory() {
	const parts = [];

	return { write: (bytes) => parts.push(bytes), end: () => new Blob(parts), drop: () => {}, cancel: () => {} };
}

function save(blob, type, name, drop) {
	const a = document.createElement("a");

	a.href = URL.createObjectURL(blob.slice(0, blob.size, type));
	a.download = name;
	a.click();
	setTimeout(() => {
		URL.revokeObjectURL(a.href);
		drop();
	}, HOLD_MS);
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
	let rows = csv ? -1 : 0; /* the first line names the columns */
	let told = 0;

	const file = await onDisk().catch(inMemory);

	try {
		for (;;) {
			const { value, done: over } = await reader.read();

			if (over)
				break;
			await file.write(value);
			rows += count(value);
			if (performance.now() - told > EVERY_MS) {
				told = performance.now();
				tell(rows, done(decoder.decode(value.slice(0, 4096)), from / 1000, to / 1000));
			}
		}
	} catch (err) {
		await file.cancel();
		throw err;
	}
	const name = res.headers.get("content-disposition")?.match(/filename="([^"]+)"/)?.[1] ?? "calls";

	save(await file.end(), res.headers.get("content-type"), name, file.drop);
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
