// visit.js - the part of the tag for a visit that has a number: it lasts while
// somebody is here, further pages of an application belong to it, and so do the
// forms they fill in (forms.js). t.js asks for it after the number is painted; nobody without
// consent ever gets it.
import about from './about.js';
import forms from './forms.js';

const USED = ['mousemove', 'keydown', 'scroll', 'touchstart', 'click', 'wheel', 'focus'];
const MINUTE = 60000, HALF_HOUR = 1800000, MOST_KEPT = 19;

export default function (tag) {
	const w = window, d = document, now = () => Date.now();
	let usedAt = now(), usedS = 0, kept = [], hand = 0, told = 0;

	// What is told of is what the browser asked for: an application had taken the click id
	// off before the tag began. Later the two differ wherever it moves.
	const taken = tag.first !== tag.place;

	const since = () => now() - tag.sentAt;

	// Somebody's hand is more than what pages and browsers do of themselves: scroll to
	// where one was, put the cursor into a field. Frames tell of hands alone.
	function used(e) {
		usedAt = now();
		if (!e || (e.isTrusted && /^[^sf]/.test(e.type))) hand = 1;
	}

	function cookie() {
		try {
			return /(^|; )rt_id=/.test(d.cookie);
		} catch {
			return false; // a sandbox has none
		}
	}

	// Who takes the yes back in another tab takes the cookie along: this one, too,
	// shows then what is shown without.
	const had = tag.attr('cookies') !== 'no' && cookie();
	function withdrawn() {
		if (had && tag.ids.visit && !cookie()) tag.view();
	}

	// The page is told of, as what is shown when the lease is lost may be its
	// own number. "none" without a reason is "as it was".
	function beat(last) {
		const said = { engaged_s: usedS, used: !!hand, hidden: last, url: tag.first.slice(0, 2048), ref: d.referrer };
		if (!tag.ids.visit || (last && !usedS && hand <= told)) return;
		usedS = 0;
		told |= hand;
		tag.sentAt = now();
		if (last) tag.beacon('beat', said);
		else tag.post('beat', said, (a) => a && (a.tier !== 'none' || a.why) && tag.answered(a));
	}

	// Without a line what was done is kept, the last of it, and told a while after there is one,
	// as a browser says so before all of it works, if the visit goes on then. A page that is
	// closed before has not told it.
	tag.away = (what, more) => {
		if (w.navigator.onLine !== false) return false;
		kept = kept.slice(-MOST_KEPT).concat([[what, more]]);
		return true;
	};

	function tick() {
		withdrawn();
		for (const said of kept.splice(0)) tag.beacon(...said);
		if (d.visibilityState === 'visible' && now() - usedAt < MINUTE / 2) usedS += 5;
		// That a visit is used is told at once: who calls has done so before.
		if (hand > told || (usedS && since() >= MINUTE)) beat();
	}

	function seen(e) {
		withdrawn();
		if (d.visibilityState === 'hidden' || e.type === 'pagehide') {
			tag.remember();
			beat(true);
		} else if (since() >= MINUTE) beat();
	}

	// What stands behind "#" is a page where a router put it there ("#/pricing"), else a
	// place on this one.
	const at = (url) => url.replace(/#(?!!?\/.).*/, '');

	// Another page of an application, or one that the browser had kept: a page
	// view of the visit that goes on.
	function moved(again) {
		const url = w.location.href;
		if ((!again && at(url) === at(tag.place)) || tag.boss) return;
		if (!tag.ids.visit || since() >= HALF_HOUR) return tag.view();
		viewed(url, String(d.title));
	}

	function viewed(url, title) {
		tag.place = url;
		tag.beacon('event', { kind: 'view', url: url.slice(0, 2048), title: title.slice(0, 255) });
	}

	// Pages that an application has left before this was here: browsers keep a list
	// of them, which after a reload is of both times.
	function passed() {
		const n = w.navigation, type = w.performance.getEntriesByType('navigation')[0]?.type;
		if (tag.boss || !tag.ids.visit || /reload|back/.test(type) || !n?.entries) return;
		for (const e of n.entries())
			if (e.sameDocument && e.index < n.currentEntry.index && at(e.url) !== at(tag.place)) viewed(e.url, '');
	}

	// The page's title comes after.
	const later = () => w.setTimeout(moved, 0);

	// Some pages freeze what is the browser's.
	function wrap(name) {
		const old = w.history[name];
		try {
			w.history[name] = function () {
				later();
				return old.apply(this, arguments);
			};
		} catch {}
	}

	function root(root) {
		// Elements of every day that may have a shadow root: boxes that have children,
		// and texts, and had theirs before the tag came.
		for (const el of root.querySelectorAll('div,p,span,h3')) if (el.shadowRoot) tag.page.watch(el.shadowRoot);
		// Who is in a frame is here.
		if (root.defaultView && root !== d) for (const name of USED) root.addEventListener(name, used, { capture: true, passive: true });
	}
	forms(tag, root);

	// Frames with the tag of their own say so.
	tag.used = used;
	w.setInterval(tick, 5000);
	for (const name of USED) w.addEventListener(name, used, { capture: true, passive: true });
	w.cookieStore?.addEventListener?.('change', withdrawn);
	d.addEventListener('visibilitychange', seen);
	w.addEventListener('popstate', later);
	w.addEventListener('pagehide', seen);
	// One that the browser had kept may have lost its lease meanwhile.
	w.addEventListener('pageshow', (e) => {
		if (!e.persisted) return;
		moved(true);
		seen(e);
	});
	wrap('pushState');
	wrap('replaceState');
	passed();
	// An application may have moved before this was here, or the browser kept the
	// page in between.
	moved(since() >= MINUTE);

	// How it went and who else knows this visitor, once a visit: when the page has nothing
	// to do, or soon even so, as some pages always have.
	return () => {
		// A site that named its domain later has a cookie without one from before, which
		// browsers say first: its visitor is known by now, its visit is over at each page.
		if (had && tag.attr('domain') && /(^|; )rt_id=.*; rt_id=/.test(d.cookie)) d.cookie = 'rt_id=;path=/;max-age=0';
		tag.remember();
		if (tag.fresh) {
			hand = told = 0; // of this visit
			(w.requestIdleCallback || w.setTimeout)(() => about(tag, taken, (told = hand)), { timeout: 2000 });
		}
		tag.fresh = 0;
		// Before this was here.
		for (const e of tag.woke?.splice(0) || []) if (e) used(e);
	};
}
