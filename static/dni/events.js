// events.js - passes numbers, clicks and forms on to the data layer or to gtag,
// where data-events says so. t.js fetches it at the first event; it never tells
// any without consent.
export default function (tag) {
	const w = window, to = tag.attr('events');
	let last;

	return ([name, detail]) => {
		// The consent may have been taken back while this was on its way, and a
		// heartbeat says again what is known.
		const now = tag.ids.visit + detail.number;
		if (!tag.ids.visit || (name === 'number' && now === last)) return;
		if (name === 'number') last = now;
		if (/gtag/.test(to) && w.gtag) w.gtag('event', 'ringtrace_' + name, detail);
		if (/dataLayer/.test(to)) (w.dataLayer = w.dataLayer || []).push({ event: 'ringtrace.' + name, ...detail });
	};
}
