/*
 * live.js - asks every few seconds how many calls are live and how many began
 * since the page was made. Nothing moves by itself: a quiet "3 new calls" pill
 * offers to load them. A hidden page asks nothing; after errors it waits
 * longer, up to two minutes.
 */
const EVERY_MS = 5000;
const LONGEST_MS = 120000;

function show(data) {
	const badge = document.querySelector("[data-live-badge]");
	const pill = document.querySelector("[data-new-calls]");

	if (badge) {
		badge.classList.toggle("on", data.live > 0);
		badge.querySelector("[data-live-count]").textContent = data.live;
	}
	if (pill && data.new > 0) {
		pill.hidden = false;
		pill.querySelector("[data-new-count]").textContent =
			data.new === 1 ? "1 new call" : `${data.new} new calls`;
	}
}

export function live() {
	const { live: url, since } = document.body.dataset;
	let wait = EVERY_MS;

	if (!url)
		return;
	const ask = async () => {
		if (document.hidden)
			return;
		try {
			const answer = await fetch(`${url}?since=${since}`, { headers: { accept: "application/json" } });

			if (answer.status === 401)
				return; /* signed out: asking again would change nothing */
			if (!answer.ok)
				throw new Error(answer.status);
			show(await answer.json());
			wait = EVERY_MS;
		} catch {
			wait = Math.min(wait * 2, LONGEST_MS);
		}
		timer = setTimeout(ask, wait);
	};
	let timer = setTimeout(ask, wait);

	document.addEventListener("visibilitychange", () => {
		clearTimeout(timer);
		if (!document.hidden)
			timer = setTimeout(ask, 0);
	});
}
