/*
 * app.js - what every page of the dashboard gets on top of its HTML: theme,
 * keys, menus that close, play buttons in lists, and the quiet look at what is
 * new. Without it every link and form works all the same.
 */
import { bulk } from "./bulk.js";
import { companies } from "./company.js";
import { exporting } from "./export.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { players } from "./player.js";
import { markAll } from "./markall.js";
import { oneSounds, rowPlayer } from "./rowplay.js";
import { sheet } from "./sheet.js";
import { answers, leave, stay } from "./stay.js";
import { week } from "./week.js";

function theme() {
	const root = document.documentElement;
	const button = document.querySelector("[data-theme-switch]");

	button?.addEventListener("click", () => {
		const dark = root.dataset.theme ? root.dataset.theme === "dark" :
			matchMedia("(prefers-color-scheme: dark)").matches;

		root.dataset.theme = dark ? "light" : "dark";
		/* The server writes it into the next page: no flash of the other one. */
		document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
		document.dispatchEvent(new Event("themechange"));
	});
}

/* A menu closes on Escape, on a click elsewhere and when focus leaves it. */
function menus() {
	const all = [...document.querySelectorAll("details.menu")];
	const close = (but) => all.forEach((m) => {
		if (m !== but && m.open)
			m.open = false;
	});

	document.addEventListener("click", (e) => close(e.target.closest("details.menu")));
	document.addEventListener("keydown", (e) => {
		const open = all.find((m) => m.open);

		if (e.key !== "Escape" || !open)
			return;
		open.open = false;
		open.querySelector("summary").focus();
	});
	all.forEach((m) => m.addEventListener("focusout", (e) => {
		if (e.relatedTarget && !m.contains(e.relatedTarget))
			m.open = false;
	}));
}

/* A page that waits for work elsewhere looks again, unless somebody writes,
 * listens or has opened a menu. */
function again() {
	const wait = document.querySelector("[data-reload]");
	const busy = () => document.querySelector("details.menu[open], dialog[open]") !== null ||
		[...document.querySelectorAll("audio")].some((sound) => !sound.paused) ||
		[...document.querySelectorAll("textarea, input[type=file]")].some((f) => f.value !== f.defaultValue) ||
		document.activeElement?.matches("input, textarea, select");

	const look = () => {
		if (busy())
			return again();
		leave();
		location.reload();
	};

	if (wait)
		setTimeout(look, 1000 * Number(wait.dataset.reload));
}

/* A form of choices answers each choice; its button is for those without. */
function autoForms() {
	document.querySelectorAll("form[data-auto]").forEach((form) => answers(form, form));
}

/* Forms in lists whose page comes again, changed by a little. */
function staying() {
	document.addEventListener("submit", ({ target }) => {
		if (target.matches("[data-stay]"))
			leave();
	});
}

/* What has the focus is seen whole, in what scrolls sideways, too: browsers are
 * content with its beginning. */
function inSight() {
	document.addEventListener("focusin", ({ target }) => {
		if (target.matches(":focus-visible"))
			target.scrollIntoView({ block: "nearest", inline: "nearest" });
	});
}

/* A second click on a button that is slow to answer sends nothing; after a
 * while it does, as the first may be lost. */
function sentOnce() {
	const sent = new Map();

	document.addEventListener("submit", (e) => {
		const form = e.target;

		if (e.defaultPrevented || form.getAttribute("method") !== "post")
			return;
		if (Date.now() - (sent.get(form) ?? 0) < 5000)
			e.preventDefault();
		else
			sent.set(form, Date.now());
	});
	/* Back on a page that the browser has kept. */
	addEventListener("pageshow", () => sent.clear());
}

theme();
menus();
sentOnce();
autoForms();
inSight();
staying();
companies();
again();
keys();
oneSounds();
rowPlayer();
players(document);
sheet();
bulk();
markAll();
live();
week();
exporting();
stay();
