// events.js - passes numbers, clicks and forms on to the data layer or to gtag,
// where data-events says so. t.js fetches it at the first event; it never tells
// any without consent.
export default function (tag) {
	const w = window, to = tag.attr('events');

	return ([name, detail]) => {
		if (/gtag/.test(to) && w.gtag) w.gtag('event', 'ringtrace_' + name, detail);
		if (/dataLayer/.test(to)) (w.dataLayer = w.dataLayer || []).push({ event: 'ringtrace.' + name, ...detail });
	};
}
