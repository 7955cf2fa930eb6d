/*
 * rowplay.js - the play buttons in lists: one recording at a time, in place.
 * Without scripts they are links to the recording.
 */
const ICONS = "/static/icons.svg";

export function setPlayIcon(button, playing) {
	button.querySelector("use").setAttribute("href", `${ICONS}#${playing ? "pause" : "play"}`);
}

export function rowPlayer() {
	let audio = null;
	let at = null;

	const stop = () => {
		if (at)
			setPlayIcon(at, false);
		audio?.pause();
		audio = at = null;
	};

	document.addEventListener("click", (e) => {
		const button = e.target.closest("[data-play]");

		if (!button || e.ctrlKey || e.metaKey || e.shiftKey)
			return;
		e.preventDefault();
		if (at === button) {
			stop();
			return;
		}
		stop();
		at = button;
		audio = new Audio(button.href);
		audio.addEventListener("ended", stop);
		audio.addEventListener("error", stop);
		setPlayIcon(button, true);
		audio.play().catch(stop);
	});
}
