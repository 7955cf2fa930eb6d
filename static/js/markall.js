/*
 * markall.js - marks all calls of the log's filters: sends one piece after the
 * other and shows how far it is. Without scripts a button sends each.
 */
async function next(form, button) {
	const body = new URLSearchParams(new FormData(form));

	if (button?.name)
		body.set(button.name, button.value);
	const res = await fetch(form.action, { method: "POST", body });
	const page = new DOMParser().parseFromString(await res.text(), "text/html");
	const box = page.querySelector("[data-mark-all]");

	if (!res.ok || !box)
		throw new Error(`The server answered ${res.status}.`);
	return box;
}

function say(box, text) {
	const status = document.createElement("p");

	box.querySelector("[data-broke]")?.remove();
	status.setAttribute("role", "status");
	status.dataset.broke = "";
	status.textContent = text;
	box.firstElementChild.append(status);
}

export function markAll() {
	const box = document.querySelector("[data-mark-all]");
	let busy = false;
	let broke = false; /* a piece was done, maybe, and not answered */

	box?.addEventListener("submit", async (e) => {
		let form = e.target;
		let button = e.submitter;

		e.preventDefault();
		if (busy)
			return;
		busy = true;
		try {
			while (form) {
				const fresh = await next(form, button);

				box.replaceChildren(...fresh.childNodes);
				form = box.querySelector("[data-mark-more]");
				button = form?.querySelector("button");
				if (button)
					button.hidden = true;
			}
			if (broke)
				say(box, "It broke off on the way: what was changed just then is not counted here, but it is in the audit log.");
		} catch {
			broke = true;
			say(box, "It broke off. What was done so far stays: send it again to go on.");
			if (button)
				button.hidden = false;
		}
		busy = false;
	});
}
