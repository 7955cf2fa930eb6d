// frame.js - the tag in a frame shows what the page around it shows, and what
// is clicked there belongs to that page's visit. t.js fetches it on both sides
// when there is such a frame.
//
// Both ask who the other is: the same origin, the cookie's domain, or one that
// data-frames names. A page that is none of these hears nothing and is not
// heard.
(function (w) {
	'use strict';
	var rt = w.ringtrace, asking = [], site = rt.attr('site'), asked = 0, timer = 0;
	var friends = rt.attr('frames').split(/[\s,]+/), top = rt.attr('domain').replace(/^\./, '');

	function friend(origin) {
		var host = origin.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
		return origin === w.location.origin || friends.indexOf(origin) >= 0 ||
			(top && ('.' + host).slice(-top.length - 1) === '.' + top);
	}

	w.addEventListener('message', function (e) {
		var m = e.data;
		if (!m || m.ringtrace !== site || !e.source || !friend(e.origin)) return;
		if (m.swap && e.source === w.parent) {
			w.clearInterval(timer);
			rt.inside(w.parent, m.swap);
		} else if (m.ask && asking.indexOf(e.source) < 0) {
			asking.push(e.source);
			rt.numbers(function (swap) { e.source.postMessage({ ringtrace: site, swap: swap }, e.origin); });
		} else if (m.event && e.source !== w.parent) {
			rt.tell('event', m.event);
		}
	});

	// The page around may have the tag later than we.
	function ask() {
		if (asked++ < 20) w.parent.postMessage({ ringtrace: site, ask: 1 }, '*');
		else w.clearInterval(timer);
	}
	if (w !== w.parent) {
		timer = w.setInterval(ask, 100);
		ask();
	}
})(window);
