/*
 * keys.js - the keyboard: / search, g o and g c go, j k through the rows of a
 * list, Enter opens, Space plays, ? shows the list. Keys with a modifier, and
 * keys typed into a field, are left alone.
 */
import { openCompanies } from "./company.js";

const GO = { o: "/", c: "/calls", r: "/reports", l: "/live", a: "/companies" };
const GO_MS = 1200;

function typing(el) {
	return el.closest("input, textarea, select, [contenteditable]") !== null;
}

/* A range and a button also want Space themselves. */
function takesSpace(el) {
	return el.closest("a, button, summary, input, audio, select, textarea") !== null;
}

function step(by) {
	const rows = [...document.querySelectorAll("tr[data-row]")].filter((r) => !r.closest("dialog"));
	const at = rows.findIndex((r) => r.classList.contains("at"));
	const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;

	if (to < 0 || to >= rows.length)
		return;
	rows[at]?.classList.remove("at");
	rows[to].classList.add("at");
	rows[to].querySelector(".row-link").focus({ preventScroll: true });
	rows[to].scrollIntoView({ block: "nearest" });
	rows[to].dispatchEvent(new Event("rowat", { bubbles: true }));
}

function search() {
	const field = [...document.querySelectorAll("input[type=search]")]
		.find((el) => el.offsetParent !== null);

	field?.focus();
	field?.select();
}

function play() {
	const button = document.querySelector("[data-toggle]") ??
		document.querySelector("tr.at [data-play]");

	button?.click();
	return button !== null;
}

export function keys() {
	const help = document.getElementById("keys");
	let goUntil = 0;

	document.querySelector("[data-keys-help]")?.addEventListener("click", () => help.showModal());
	document.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || help?.open)
			return;
		const go = performance.now() < goUntil ? GO[e.key] : undefined;

		goUntil = 0;
		if (go)
			location.assign(go);
		else if (e.key === "g")
			goUntil = performance.now() + GO_MS;
		else if (e.key === "/")
			search();
		else if (e.key === "j" || e.key === "k")
			step(e.key === "j" ? 1 : -1);
		else if (e.key === "c")
			openCompanies();
		else if (e.key === "?")
			help?.showModal();
		else if (e.key !== " " || takesSpace(e.target) || !play())
			return;
		e.preventDefault();
	});
}
