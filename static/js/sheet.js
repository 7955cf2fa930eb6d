/*
 * sheet.js - a call beside the log: a row opens a sheet with the parts of the
 * call's own page, and j and k go through the calls while it is open. What is
 * marked in it stands in the row at once; what is refused is said, and stays in
 * its field. On narrow screens, with a modifier and without scripts the row
 * leads to the page.
 */
import { players } from "./player.js";

const WIDE = matchMedia("(min-width: 900px)");

class Refused extends Error {
	constructor(status, why) {
		super(why);
		this.status = status;
	}
}

async function read(address, init) {
	const answer = await fetch(address, init);
	const doc = new DOMParser().parseFromString(await answer.text(), "text/html");

	if (!answer.ok)
		throw new Refused(answer.status, [...doc.querySelectorAll("h1, h1 + p")].map((el) => el.textContent).join(": "));
	return doc;
}

/* What the page has, but for what only the page is wide enough for. */
function parts(doc) {
	const found = doc.querySelectorAll(".call-head, .call-head + .facts, .call-cols .card");

	if (!doc.querySelector(".call-head"))
		throw new Error("no call");
	return [...found].map((el) => document.adoptNode(el));
}

/* What was written stays where it is: it can be sent again. */
function notKept(before, why) {
	const said = document.createElement("p");

	before.parentElement.querySelector("[data-not-kept]")?.remove();
	said.className = "notice";
	said.dataset.notKept = "";
	said.setAttribute("role", "alert");
	said.textContent = `Not kept. ${why}`;
	before.before(said);
}

const written = (field) => field.matches("textarea, input") && field.value !== field.defaultValue;

const linkOf = (root, href) => [...root.querySelectorAll(".row-link")]
	.find((a) => a.getAttribute("href") === href);

/* A form sent. Who signed in again meanwhile has another token by now. The head
 * says that a script asks: what was typed stays here, and need not come back in
 * the page of a sign-in. */
async function send(form, data, page) {
	const post = () => read(form.getAttribute("action"), { method: "POST", body: data, headers: { "x-csrf-token": data.get("csrf") } });

	try {
		return await post();
	} catch (fault) {
		const token = fault.status === 403 && (await read(page)).querySelector(".call-cols input[name=csrf]");

		if (!token)
			throw fault;
		data.set("csrf", token.value);
		return post();
	}
}

/* The row as the server would write it now. */
async function again(list, href) {
	const fresh = linkOf(await read(location.href), href)?.closest("tr");
	const row = linkOf(list, href)?.closest("tr");
	const pick = fresh?.querySelector("input[type=checkbox]");

	if (pick)
		pick.checked = row?.querySelector("input[type=checkbox]")?.checked ?? false;
	if (fresh)
		row?.replaceWith(document.adoptNode(fresh));
}

/* Where the same can be done once more; else the sheet itself. */
function sameField(body, held) {
	const same = held.name ? [...body.querySelectorAll(`${held.localName}[name="${CSS.escape(held.name)}"]`)] : [];

	return same.find((f) => held.localName !== "button" || f.value === held.value) ?? body;
}

export function sheet() {
	const list = document.querySelector("[data-sheet-list]");
	const box = document.querySelector("[data-sheet]");
	const body = box?.querySelector("[data-sheet-body]");
	let href = null;
	let asked = null; /* the request under way */

	if (!list || !box)
		return;

	const put = (doc) => {
		body.replaceChildren(...parts(doc));
		players(body);
	};
	const mark = () => {
		list.querySelectorAll("tr.at").forEach((r) => r.classList.remove("at"));
		linkOf(list, href)?.closest("tr").classList.add("at");
	};
	const open = async (link) => {
		href = link.getAttribute("href");
		asked?.abort();
		asked = new AbortController();
		box.querySelector("[data-sheet-page]").href = href;
		mark();
		try {
			put(await read(href, { signal: asked.signal }));
			body.scrollTop = 0;
			if (!box.open)
				box.show();
		} catch (e) {
			if (e.name !== "AbortError")
				location.assign(href);
		}
	};
	const close = () => {
		asked?.abort();
		box.close();
		body.replaceChildren();
		linkOf(list, href)?.focus({ preventScroll: true });
	};

	document.addEventListener("click", (e) => {
		const link = e.target.closest("[data-sheet-list] .row-link");

		if (!link || !WIDE.matches || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey)
			return;
		e.preventDefault();
		open(link).then(() => body.focus({ preventScroll: true }));
	});
	document.addEventListener("rowat", (e) => {
		if (box.open)
			open(e.target.querySelector(".row-link"));
	});
	document.addEventListener("keydown", (e) => {
		if (e.key === "Escape" && box.open && !document.querySelector("details.menu[open], dialog:modal") && !written(e.target))
			close();
	});
	box.querySelector("[data-sheet-close]").addEventListener("click", close);
	box.addEventListener("submit", async (e) => {
		const form = e.target;
		const data = new URLSearchParams(new FormData(form));
		const of = href; /* another may be shown when the answer comes */

		e.preventDefault();
		if (e.submitter?.name)
			data.append(e.submitter.name, e.submitter.value);
		try {
			const doc = await send(form, data, of);

			if (form.isConnected) {
				const held = body.contains(document.activeElement) ? document.activeElement : null;

				put(doc);
				if (held)
					sameField(body, held).focus({ preventScroll: true });
			}
			await again(list, of);
			mark();
		} catch (fault) {
			if (!(fault instanceof Refused) && !(fault instanceof TypeError))
				location.assign(of);
			else
				notKept(form.isConnected ? form : body.firstElementChild, fault instanceof Refused ? fault.message : "No answer came: try again.");
		}
	});
}
