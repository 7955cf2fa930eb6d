/*
 * rowplay.js - the play buttons in lists: one recording at a time, in place.
 * Without scripts they are links to the recording.
 */
const ICONS = "/static/icons.svg";

export function setPlayIcon(button, playing) {
	button.querySelector("use").setAttribute("href", `${ICONS}#${playing ? "pause" : "play"}`);
}

/* One sounds at a time, wherever the others stand: media events do not bubble,
 * but pass the document on their way down. Those outside of it are told. */
export function oneSounds() {
	document.addEventListener("play", (e) => {
		document.querySelectorAll("audio").forEach((other) => {
			if (other !== e.target)
				other.pause();
		});
	}, true);
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

	document.addEventListener("play", stop, true);
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
		document.querySelectorAll("audio").forEach((other) => other.pause());
		audio.play().catch(stop);
	});
}
