// about.js - once a visit, a moment after the number is there: how the tag got on
// with the page (what it found and swapped, of several numbers which, how late it was, what makes paid
// visits look like direct ones: lib/core/taghealth), and what else the browser
// knows of the visitor for conversions sent later. taken: the address had lost its
// click id before the tag began; used: somebody's hand has been on the page.
export default function (tag, taken, used) {
	const w = window, why = [], nav = w.performance.getEntriesByType('navigation')[0];
	// Nothing is looked for where a visit is given no number.
	const numbers = w.ringtrace.numbers?.() || [], looked = !w.ringtrace.numbers || numbers.length;
	let jar = '';
	try {
		jar = w.document.cookie;
	} catch {} // a sandbox has none
	// What was asked for counts: an application may have tidied its address meanwhile.
	const click = /[?&](gclid|gbraid|wbraid|utm_source)=/.test(tag.first + nav?.name);

	// An exception, even one that is caught, costs more than all the rest here.
	function cookie(re) {
		const text = re.exec(jar)?.[1];
		try {
			return text && decodeURIComponent(text);
		} catch {
			return undefined; // none of theirs
		}
	}

	// Building a format of dates holds the page for longer than all of the tag;
	// newer browsers just say where they are.
	function zone() {
		return w.Temporal?.Now?.timeZoneId?.() || Intl.DateTimeFormat().resolvedOptions().timeZone;
	}

	// Google's own tag notes the clicks it has seen: version, second, id.
	const gcl = cookie(/(?:^|; )_gcl_aw=GCL\.(\d+)\./);
	if (w.ringtrace.twice) why.push('twice');
	if (w._googWcmGet || w.Invoca || w.crwpVer || ((w.CallTrkSwap || w.__ctm) && !tag.attr('shim'))) why.push('other_tag');
	if (taken) why.push('url_changed');
	if (gcl && !click && w.Date.now() / 1000 - gcl < 120) why.push('click_lost');
	// The names a tag of before has them by are not made short.
	const said = {
		kind: 'about', version: w.ringtrace.version, 'found': looked ? tag.page.found ?? tag.page['found'] : undefined, 'swapped': tag.page.swapped ?? tag.page['swapped'],
		// Since the page began to come: how long its server took is not the tag's.
		late_ms: Math.max(Math.round(tag.late - w.performance.timeOrigin - (nav?.responseStart || 0)), 0), why: why.join(), used: !!used,
		zone: zone(),
		ga: cookie(/(?:^|; )_ga=GA\d\.\d\.(\d+\.\d+)/), gas: cookie(/(?:^|; )_ga_\w+=GS\d\.\d\.s?(\d+)/),
		fbc: cookie(/(?:^|; )_fbc=([^;]*)/), fbp: cookie(/(?:^|; )_fbp=([^;]*)/)
	};
	// All this is told also where the part for several numbers does not come, or fails.
	async function say() {
		try {
			if (numbers[1]) await tag.part('each', (each) => (said.numbers = each));
		} catch {}
		tag.beacon('event', said);
	}
	say();
}
