/*
 * now.js - the live view: rows are kept by call and changed in place, so that
 * nothing jumps; seconds count by themselves between two answers. A hidden
 * page asks nothing; after errors it waits longer, up to a minute.
 */
const EVERY_MS = 2000;
const LONGEST_MS = 60000;

const table = document.querySelector("[data-now]");
const body = table.tBodies[0];
let wait = EVERY_MS;
let timer = 0;

function clock(s) {
	const tail = `${Math.floor((s % 3600) / 60)}`;
	const seconds = String(s % 60).padStart(2, "0");

	return s < 3600 ? `${tail}:${seconds}` : `${Math.floor(s / 3600)}:${tail.padStart(2, "0")}:${seconds}`;
}

function two(cell, first, second) {
	const spans = [first, second].map((text, i) => {
		const span = document.createElement(i === 0 && cell.dataset.href ? "a" : "span");

		span.className = i === 0 && cell.dataset.href ? "row-link two cut" : "two cut";
		if (span.tagName === "A")
			span.href = cell.dataset.href;
		span.textContent = text;
		return span;
	});

	if (cell.textContent !== first + second)
		cell.replaceChildren(...spans);
}

function newRow(call) {
	const row = body.insertRow();

	row.dataset.row = "";
	row.dataset.call = call.call;
	for (let i = 0; i < 6; i++)
		row.insertCell();
	row.cells[4].className = "mono";
	row.cells[5].className = "num";
	return row;
}

function show({ calls }) {
	const rows = new Map([...body.rows].map((r) => [r.dataset.call, r]));

	for (const call of calls) {
		const row = rows.get(call.call) ?? newRow(call);

		rows.delete(call.call);
		row.cells[0].dataset.href = `/calls/${encodeURIComponent(call.call)}`;
		two(row.cells[0], call.caller, call.caller_line);
		row.cells[1].textContent = call.source;
		two(row.cells[2], call.number, call.number_label);
		two(row.cells[3], call.state, call.target);
		row.cells[4].textContent = call.step;
		row.cells[5].dataset.seconds = call.seconds;
		row.cells[5].textContent = clock(call.seconds);
	}
	for (const gone of rows.values()) {
		const next = gone.nextElementSibling ?? gone.previousElementSibling;
		const held = gone.contains(document.activeElement);

		gone.remove();
		if (held)
			(next?.querySelector("a") ?? document.querySelector("main")).focus({ preventScroll: true });
	}
	document.querySelector("[data-now-count]").textContent = calls.length;
	document.querySelector("[data-now-empty]").hidden = calls.length > 0;
}

async function ask() {
	if (document.hidden)
		return;
	try {
		const answer = await fetch(table.dataset.now, { headers: { accept: "application/json" } });

		if (answer.status === 401)
			return;
		if (!answer.ok)
			throw new Error(answer.status);
		show(await answer.json());
		wait = EVERY_MS;
	} catch {
		wait = Math.min(wait * 2, LONGEST_MS);
	}
	timer = setTimeout(ask, wait);
}

setInterval(() => {
	for (const cell of body.querySelectorAll("[data-seconds]")) {
		cell.dataset.seconds = Number(cell.dataset.seconds) + 1;
		cell.textContent = clock(Number(cell.dataset.seconds));
	}
}, 1000);
document.addEventListener("visibilitychange", () => {
	clearTimeout(timer);
	if (!document.hidden)
		ask();
});
timer = setTimeout(ask, wait);
