// events.js - passes numbers, clicks and forms on to the data layer or to gtag,
// where data-events says so. t.js fetches it at the first event; it never tells
// any without consent.
(function (w) {
	'use strict';
	var rt = w.ringtrace, to = rt.attr('events');

	function pass(e) {
		var o = { event: 'ringtrace.' + e[0] };
		if (/gtag/.test(to) && w.gtag) w.gtag('event', 'ringtrace_' + e[0], e[1]);
		if (!/dataLayer/.test(to)) return;
		for (var k in e[1]) o[k] = e[1][k];
		(w.dataLayer = w.dataLayer || []).push(o);
	}
	rt.told.forEach(pass);
	rt.told = { push: pass };
})(window);
