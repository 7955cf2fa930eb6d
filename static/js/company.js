/*
 * company.js - among hundreds of companies the right one in a few keys: `c`
 * opens the menu with its search, typing asks the server for the names that fit
 * (the menu itself holds a dozen), Enter goes to the first. The agency's page is
 * narrowed in place while it is one page.
 */
const PAUSE_MS = 80;

function narrow(rows, textOf, text) {
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);

	for (const row of rows) {
		const name = textOf(row).toLowerCase();

		row.hidden = !words.every((w) => name.includes(w));
	}
}

export function openCompanies() {
	const menu = document.querySelector("details.menu.company");

	if (!menu)
		return;
	menu.open = true;
	(menu.querySelector("[data-company-find]") ?? menu.querySelector("button[name=company]"))?.focus();
}

function button({ key, name }) {
	const b = document.createElement("button");
	const text = document.createElement("span");

	b.name = "company";
	b.value = key;
	text.className = "cut";
	text.textContent = name;
	b.append(text);
	return b;
}

/* The names that fit, in place of those that are there. The latest question
 * wins, whichever is answered last. */
function finder(list) {
	let turn = 0;

	return async (text) => {
		const mine = ++turn;

		await new Promise((done) => setTimeout(done, PAUSE_MS));
		if (mine !== turn)
			return;
		const answer = await fetch(`/companies/names.json?name=${encodeURIComponent(text)}`, { headers: { accept: "application/json" } });

		if (mine !== turn || !answer.ok)
			return;
		const { companies } = await answer.json();

		list.querySelectorAll("button[name=company]").forEach((b) => b.remove());
		list.append(...companies.map(button));
	};
}

function menu() {
	const find = document.querySelector("[data-company-find]");
	const list = document.querySelector("[data-company-list]");
	let asked = Promise.resolve();

	if (!find)
		return;
	const ask = finder(list);

	find.addEventListener("input", () => (asked = ask(find.value.trim()).catch(() => {})));
	find.addEventListener("keydown", async (e) => {
		if (e.key === "ArrowDown") {
			e.preventDefault();
			list.querySelector("button[name=company]")?.focus();
		}
		if (e.key !== "Enter")
			return;
		e.preventDefault();
		await asked;
		list.querySelector("button[name=company]")?.click();
	});
	list.addEventListener("keydown", (e) => {
		const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[e.key];

		if (!step)
			return;
		e.preventDefault();
		(e.target[step]?.matches("button") ? e.target[step] : find).focus();
	});
}

export function companies() {
	const page = document.querySelector("[data-company-rows]");

	menu();
	page?.addEventListener("input", () =>
		narrow(document.querySelectorAll("tr[data-company]"), (r) => r.dataset.company, page.value));
}
