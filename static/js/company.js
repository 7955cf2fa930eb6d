/*
 * company.js - among hundreds of companies the right one in a few keys: `c`
 * opens the menu with its search, typing narrows it, Enter goes there. The
 * agency's page is narrowed in place in the same way.
 */
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
	menu.querySelector("[data-company-find]")?.focus();
}

export function companies() {
	const find = document.querySelector("[data-company-find]");
	const buttons = [...document.querySelectorAll(".menu.company button[name=company]")];
	const page = document.querySelector("[data-company-rows]");

	find?.addEventListener("input", () => narrow(buttons, (b) => b.textContent, find.value));
	find?.addEventListener("keydown", (e) => {
		const first = buttons.find((b) => !b.hidden);

		if (e.key !== "Enter")
			return;
		e.preventDefault();
		first?.click();
	});
	page?.addEventListener("input", () =>
		narrow(document.querySelectorAll("tr[data-company]"), (r) => r.dataset.company, page.value));
}
