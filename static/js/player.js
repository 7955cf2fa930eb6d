/*
 * player.js - the recording of a call: two waveforms, the caller above and the
 * answering side below, drawn on one canvas from the peaks the server made;
 * the <audio> element of the page does the sound. When the peaks are not there
 * yet the element's own controls stay.
 */
import { colour } from "./colour.js";
import { setPlayIcon } from "./rowplay.js";

const SPEEDS = [1, 1.25, 1.5, 2];
const BAR = 2; /* px, and as much between bars */
const TO_COME = 0.65; /* opacity of what was not played: still 3:1 on its ground */

function clock(s) {
	const whole = Math.max(0, Math.round(s));

	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/* The loudest of the peaks that fall into bar i of n. */
function loudest(peaks, i, n) {
	const from = Math.floor((i * peaks.length) / n);
	const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / n));
	let max = 0;

	for (let k = from; k < to && k < peaks.length; k++)
		max = Math.max(max, peaks[k]);
	return max;
}

function paint(canvas, channels, done) {
	const ratio = devicePixelRatio || 1;
	const { clientWidth: w, clientHeight: h } = canvas;
	const n = Math.max(1, Math.floor(w / (2 * BAR)));
	const ctx = canvas.getContext("2d");
	const half = h / channels.length;
	const names = ["--wave-a", "--wave-b"];

	canvas.width = w * ratio;
	canvas.height = h * ratio;
	ctx.scale(ratio, ratio);
	channels.forEach((peaks, c) => {
		const middle = half * (c + 0.5);
		const full = colour(names[c % 2]);

		for (let i = 0; i < n; i++) {
			const size = Math.max(1, (loudest(peaks, i, n) / 127) * (half - 12));

			ctx.globalAlpha = (i + 0.5) / n <= done ? 1 : TO_COME;
			ctx.fillStyle = full;
			ctx.fillRect(i * 2 * BAR, middle - size / 2, BAR, size);
		}
	});
	ctx.globalAlpha = 1;
	ctx.fillStyle = colour("--text");
	ctx.fillRect(Math.min(w - 1, done * w), 0, 1, h);
}

function controls(box, audio, redraw) {
	const toggle = box.querySelector("[data-toggle]");
	const seek = box.querySelector("[data-seek]");
	const now = box.querySelector("[data-now]");
	const speed = box.querySelector("[data-speed]");
	const length = () => audio.duration || box.dataset.durationMs / 1000 || 1;
	const say = () => {
		now.textContent = clock(audio.currentTime);
		seek.value = audio.currentTime * 1000;
		seek.setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(length())}`);
		redraw(audio.currentTime / length());
	};

	toggle.addEventListener("click", () => (audio.paused ? audio.play().catch(() => {}) : audio.pause()));
	seek.addEventListener("input", () => {
		audio.currentTime = seek.value / 1000;
		say();
	});
	speed.addEventListener("click", () => {
		audio.playbackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
		speed.textContent = `${audio.playbackRate}×`;
		speed.setAttribute("aria-label", `${audio.playbackRate}×, speed`);
	});
	for (const type of ["play", "pause", "ended"])
		audio.addEventListener(type, () => {
			setPlayIcon(toggle, !audio.paused);
			toggle.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
		});
	audio.addEventListener("timeupdate", say);
	return (part) => {
		audio.currentTime = part * length();
		say();
	};
}

/* Seconds of the recording in which nobody speaks for longer than this. */
const SILENT = 6; /* of 127 */
const SILENCE_S = 1.2;
const KEEP_S = 0.3; /* of it, at each end, so that words are not cut */

function silences(channels, length) {
	const n = channels[0].length;
	const found = [];
	let from = -1;

	for (let i = 0; i <= n; i++) {
		const quiet = i < n && channels.every((c) => c[i] <= SILENT);

		if (quiet && from < 0)
			from = i;
		if (quiet || from < 0)
			continue;
		const [a, b] = [(from / n) * length + KEEP_S, (i / n) * length - KEEP_S];

		if (b - a >= SILENCE_S)
			found.push([a, b]);
		from = -1;
	}
	return found;
}

function skipping(box, audio, channels) {
	const button = box.querySelector("[data-skip]");
	let gaps = null;

	button.addEventListener("click", () => {
		gaps = gaps ? null : silences(channels, audio.duration || box.dataset.durationMs / 1000);
		button.setAttribute("aria-pressed", String(gaps !== null));
	});
	audio.addEventListener("timeupdate", () => {
		const gap = gaps?.find(([a, b]) => audio.currentTime > a && audio.currentTime < b);

		if (gap && !audio.paused)
			audio.currentTime = gap[1];
	});
}

/* Both sides, the caller alone, the answering side alone: into both ears. */
const SIDES = ["Both sides", "Caller only", "Other side only"];

function sides(box, audio) {
	const button = box.querySelector("[data-side]");
	let gains = null;
	let at = 0;

	const wire = () => {
		const ctx = new AudioContext();
		const split = ctx.createChannelSplitter(2);
		const out = ctx.createGain();

		out.channelCount = 1;
		out.channelCountMode = "explicit";
		ctx.createMediaElementSource(audio).connect(split);
		gains = [0, 1].map((c) => {
			const gain = ctx.createGain();

			split.connect(gain, c);
			gain.connect(out);
			return gain;
		});
		out.connect(ctx.destination);
		ctx.resume();
	};

	button.addEventListener("click", () => {
		if (!gains)
			wire();
		at = (at + 1) % SIDES.length;
		gains[0].gain.value = at === 2 ? 0 : 1;
		gains[1].gain.value = at === 1 ? 0 : 1;
		button.textContent = SIDES[at];
	});
}

async function player(box) {
	const audio = box.querySelector("audio");
	const wave = box.querySelector("[data-wave]");
	const canvas = wave.querySelector("canvas");
	const answer = await fetch(box.dataset.peaks);

	if (!answer.ok)
		return false;
	const { channels } = await answer.json();
	let done = 0;
	const redraw = (part = done) => {
		done = part;
		paint(canvas, channels, done);
	};
	const jump = controls(box, audio, redraw);

	skipping(box, audio, channels);
	sides(box, audio);

	wave.addEventListener("click", (e) => jump(e.offsetX / wave.clientWidth));
	new ResizeObserver(() => redraw()).observe(wave);
	document.addEventListener("themechange", function again() {
		if (box.isConnected)
			redraw();
		else
			document.removeEventListener("themechange", again);
	});
	box.classList.add("drawn");
	return true;
}

/* Every player in a document, or in a part of it that has just come. */
export function players(root) {
	root.querySelectorAll("[data-player]").forEach((box) => {
		player(box).catch(() => false).then((ok) => box.classList.toggle("plain", !ok));
	});
}
