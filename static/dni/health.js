// health.js - how the tag got on with the first page of a visit, told once: what
// it found and swapped, how late it was, and what makes paid visits look like
// direct ones (lib/core/taghealth). t.js fetches it a moment after the page.
(function (w) {
	'use strict';
	var rt = w.ringtrace, f = rt.facts(), why = [];
	var click = /[?&](gclid|gbraid|wbraid|utm_source)=/.test(w.location.href);
	// Google's own tag notes the clicks it has seen: version, second, id.
	var gcl = w.document.cookie.match(/(?:^|; )_gcl_aw=GCL\.(\d+)\./);
	if (rt.twice) why.push('twice');
	if (w._googWcmGet || w.Invoca || w.crwpVer || (w.CallTrkSwap && !rt.attr('shim'))) why.push('other_tag');
	if (f.changed) why.push('url_changed');
	else if (gcl && !click && w.Date.now() / 1000 - gcl[1] < 120) why.push('click_lost');
	rt.tell('event', {
		kind: 'health', version: rt.version, found: f.found, swapped: f.swapped, late_ms: f.late_ms, why: why.join()
	});
})(window);
