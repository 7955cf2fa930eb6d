// about.js - once a visit, a moment after the number is there: how the tag got on
// with the page (what it found and swapped, how late it was, what makes paid
// visits look like direct ones: lib/core/taghealth), and what else the browser
// knows of the visitor for conversions sent later. t.js fetches it; none of it
// may cost time before the number.
(function (w) {
	'use strict';
	var rt = w.ringtrace, f = rt.facts(), why = [], jar = w.document.cookie;
	var click = /[?&](gclid|gbraid|wbraid|utm_source)=/.test(w.location.href);

	function cookie(re) {
		var m = jar.match(re);
		return m ? decodeURIComponent(m[1]) : undefined;
	}

	// Google's own tag notes the clicks it has seen: version, second, id.
	var gcl = cookie(/(?:^|; )_gcl_aw=GCL\.(\d+)\./);
	if (rt.twice) why.push('twice');
	if (w._googWcmGet || w.Invoca || w.crwpVer || (w.CallTrkSwap && !rt.attr('shim'))) why.push('other_tag');
	if (f.changed) why.push('url_changed');
	else if (gcl && !click && w.Date.now() / 1000 - gcl < 120) why.push('click_lost');
	rt.tell('event', {
		kind: 'about', version: rt.version, found: f.found, swapped: f.swapped, late_ms: Math.round(f.late_ms), why: why.join(),
		zone: w.Intl && w.Intl.DateTimeFormat().resolvedOptions().timeZone,
		ga: cookie(/(?:^|; )_ga=GA\d\.\d\.(\d+\.\d+)/), gas: cookie(/_ga_\w+=GS\d\.\d\.s?(\d+)/),
		fbc: cookie(/(?:^|; )_fbc=([^;]*)/), fbp: cookie(/(?:^|; )_fbp=([^;]*)/)
	});
})(window);
