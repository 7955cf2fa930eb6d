/*
 * stay.js - a page that asks for itself again, for a choice that answers at once
 * or for work that goes on elsewhere, puts who goes by the keyboard back where
 * he was. Who uses a mouse has no place to lose.
 */
const KEY = "stay";
const REST_MS = 800; /* between two keys, who still looks for his choice */

/* How the same element is found in the next page. */
function addressOf(el) {
	if (el.id)
		return [`#${CSS.escape(el.id)}`, 0];
	for (const name of ["name", "href"])
		if (el.hasAttribute(name)) {
			const all = `${el.localName}[${name}="${CSS.escape(el.getAttribute(name))}"]`;

			return [all, [...document.querySelectorAll(all)].indexOf(el)];
		}
	return null;
}

/* Called when the page is about to ask for itself. */
export function leave() {
	const el = document.activeElement;
	const at = el?.matches(":focus-visible") && addressOf(el);

	if (at)
		sessionStorage.setItem(KEY, JSON.stringify([location.pathname, ...at]));
}

export function stay() {
	const kept = sessionStorage.getItem(KEY);

	if (kept === null)
		return;
	const [path, all, n] = JSON.parse(kept);

	sessionStorage.removeItem(KEY);
	if (path === location.pathname)
		document.querySelectorAll(all)[n]?.focus();
}

/* Each choice among these elements sends their form: at once, or where keys
 * choose, after a moment's rest or with Enter. A key goes through a list one by
 * one, and each of them would be another page. */
export function answers(el, form) {
	let keys = false;
	let timer = 0;
	const go = () => {
		clearTimeout(timer);
		timer = 0;
		leave();
		form.requestSubmit();
	};
	const rest = () => {
		clearTimeout(timer);
		timer = setTimeout(go, REST_MS);
	};

	el.addEventListener("pointerdown", () => {
		keys = false;
	});
	el.addEventListener("keydown", (e) => {
		keys = e.key !== " ";
		if (timer === 0)
			return;
		if (e.key === "Enter")
			go();
		else
			rest();
	});
	el.addEventListener("change", () => keys ? rest() : go());
}
