// visit.js - the part of the tag for a visit that has a number: it lasts while
// somebody is here, further pages of an application belong to it, and so do the
// forms they fill in. t.js asks for it after the number is shown, so none of it
// costs time before; nobody without consent ever gets it.
export default function (tag) {
	const w = window, d = document, MINUTE = 60000, HALF_HOUR = 1800000;
	let usedAt = Date.now(), usedS = 0;

	function beat(last) {
		if (!tag.ids.visit) return;
		const engaged_s = usedS;
		usedS = 0;
		tag.sentAt = Date.now();
		if (last) tag.beacon('beat', { engaged_s });
		else tag.post('beat', { engaged_s }, (a) => a && a.tier !== 'none' && tag.answered(a));
	}

	function tick() {
		const now = Date.now();
		if (d.visibilityState === 'visible' && now - usedAt < MINUTE / 2) usedS += 5;
		if (usedS && now - tag.sentAt >= MINUTE) beat();
	}

	function left() {
		if (usedS) beat(true);
	}

	function seen() {
		if (d.visibilityState === 'hidden') left();
		else if (Date.now() - tag.sentAt >= MINUTE) beat();
	}

	// Another page of an application, or one that the browser had kept: a page
	// view of the visit that goes on.
	function moved(again) {
		const at = w.location.href;
		if ((!again && at.split('#')[0] === tag.place.split('#')[0]) || tag.boss) return;
		if (!tag.ids.visit || Date.now() - tag.sentAt >= HALF_HOUR) return tag.view();
		tag.place = at;
		tag.post('event', { kind: 'view', url: at.slice(0, 2048), title: d.title.slice(0, 255) });
	}

	// The page's title comes after.
	const later = () => w.setTimeout(moved, 0);

	// Some pages freeze what is the browser's.
	function wrap(name) {
		const old = w.history[name];
		try {
			w.history[name] = function () {
				const r = old.apply(this, arguments);
				later();
				return r;
			};
		} catch {}
	}

	function submitted(e) {
		if (tag.attr('forms') !== 'no' && tag.ids.visit) tag.part('form', e.target);
	}

	// The part for forms comes when somebody begins to fill one in.
	function entered(e) {
		const el = e.composedPath()[0];
		if (el.form && tag.attr('forms') !== 'no') tag.part('form');
	}

	tag.rooted = (root) => {
		root.addEventListener('submit', submitted, true);
		root.addEventListener('focusin', entered);
	};
	tag.page.roots.forEach(tag.rooted);
	if (d.activeElement?.form) entered({ composedPath: () => [d.activeElement] });

	w.setInterval(tick, 5000);
	for (const name of ['mousemove', 'keydown', 'scroll', 'touchstart', 'click', 'focus'])
		w.addEventListener(name, () => { usedAt = Date.now(); }, { capture: true, passive: true });
	d.addEventListener('visibilitychange', seen);
	w.addEventListener('popstate', later);
	w.addEventListener('pagehide', left);
	w.addEventListener('pageshow', (e) => e.persisted && moved(true));
	wrap('pushState');
	wrap('replaceState');
	// An application may have moved before this was here.
	moved();

	// How it went and who else knows this visitor, once a visit.
	return (fresh) => fresh && w.setTimeout(tag.part, 1500, 'about');
}
