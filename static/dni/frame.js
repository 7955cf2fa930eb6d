// frame.js - the part of the tag for frames. What is in a frame of the same
// origin without a tag is swapped like the page. The tag in a frame shows what
// the page around it shows, and what is clicked there belongs to that page's
// visit; t.js asks for this part on both sides when there is such a frame.
//
// Both ask who the other is: the same origin, the cookie's domain, or one that
// data-frames names. A page that is none of these hears nothing and is not
// heard.
import forms from './forms.js';
import { kept } from './keep.js';

// What scrolls may be the page itself.
const USED = ['mousemove', 'keydown', 'wheel', 'touchstart', 'click'];

export default function (tag) {
	const w = window, d = document, docs = new WeakMap(), { site, page } = tag;
	const friends = tag.attr('frames').split(/[\s,]+/), top = tag.attr('domain').replace(/^\./, '');
	let asked = 0, timer = 0, asking = [], usedAt = 0;

	function friend(origin) {
		const host = origin.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
		return (origin !== 'null' && origin === w.origin) || friends.includes(origin) || (top && ('.' + host).endsWith('.' + top));
	}

	function heard(e) {
		const m = e.data, from = e.source;
		if (!from || !friend(e.origin)) return;
		if (from === w.parent && m.swap) {
			w.clearInterval(timer);
			const first = !tag.boss;
			// What is told may be a form: to no page that came instead.
			tag.boss = (m) => from.postMessage(m, e.origin);
			// What was decided before we were heard.
			if (first && tag.no !== undefined) say();
			tag.early?.splice(0).forEach((event) => tag.boss({ ringtrace: site, event }));
			if (first) begin();
			if (m.off) return w.ringtrace.restore();
			tag.apply(m.swap);
			w.ringtrace.swap();
			tag.show();
		} else if (m.ask) {
			// Another page in the same frame asks anew.
			const swap = w.ringtrace.numbers(), one = { from, origin: e.origin };
			if (!asking.length) w.ringtrace.numbers((swap) => asking.forEach((a) => answer(a, swap)));
			asking = asking.filter((a) => a.from !== from && !a.from.closed).concat(one);
			// Where no was said a frame begins no visit of its own, either.
			if (swap.length || tag.no) answer(one, swap);
		} else if (m.event && from !== w.parent) {
			told(m.event, from, e.origin);
		} else if (m.yes) {
			if (tag.no === from) w.ringtrace.consent(true);
		} else if (m.used) {
			if (tag.boss) tag.boss(m);
			else if (tag.used) tag.used();
			else tag.woke?.push(e);
		}
	}

	const answer = (to, swap) => to.from.postMessage({ ringtrace: site, swap }, to.origin);

	// The frame shows what the page around it does: what the tag does itself only for a
	// visit of its own. Who is in the frame is on that page.
	function begin() {
		page.watch(d);
		d.addEventListener('click', tag.click, true);
		forms(tag);
		for (const name of USED) w.addEventListener(name, used, { capture: true, passive: true });
	}

	function used(e) {
		if (!e.isTrusted || Date.now() - usedAt < 5000) return;
		usedAt = Date.now();
		tag.boss({ ringtrace: site, used: 1 });
	}

	// What was decided in this frame, to the page around it.
	function say() {
		tag.boss?.({ ringtrace: site, ...(tag.no ? { event: { kind: 'consent_withdrawn' } } : { yes: 1 }) });
	}

	// No was said in a frame: nothing goes on here, either. A yes there takes back only its own
	// no, if that ended something: it is none for a page that had not agreed, or said no itself.
	function refused(from) {
		const by = tag.no || ((tag.ids.visit || tag.boss) && from) || true;
		w.ringtrace.consent(false);
		tag.no = by;
	}

	// What was done in a frame, which may be of an origin that the site has not.
	function told(event, from, origin) {
		if (event.kind === 'consent_withdrawn') return refused(from);
		const away = event.url && origin !== w.origin;
		tag.beacon('event', away ? { ...event, url: w.location.href.slice(0, 2048) } : event);
		if (event.kind === 'form') tag.tell('form', { form: event.form });
		if (event.kind === 'tel_click') tag.tell('click', { number: `tel:${w.ringtrace.numbers()[0]?.to.e164 || ''}` });
	}

	// Frames that show what we show go back when we do: those of the same origin
	// at once.
	tag.restored = () => asking.forEach(({ from }) => {
		try {
			from.ringtrace.restore();
		} catch {
			from.postMessage({ ringtrace: site, swap: [], off: 1 }, '*');
		}
	});

	function frame(f) {
		let inner;
		try {
			inner = f.contentWindow.ringtrace ? null : f.contentDocument;
		} catch {} // another origin's: its own tag may ask us
		if (!docs.has(f)) f.addEventListener('load', () => frame(f));
		// One whose head is still being read is looked at when all of it is there.
		if (!inner?.body) inner = null;
		const old = docs.get(f), at = page.roots.indexOf(old), stays = inner && kept(f);
		docs.set(f, inner);
		// It may be forgotten already.
		if (at >= 0 && (stays || old !== inner)) page.roots.splice(at, 1);
		// Its own tag may come later than we, and tells of clicks itself then; what keeps
		// calls for it until then does not.
		if (old !== inner) inner?.addEventListener('click', (e) => inner.defaultView?.ringtrace?.version || tag.click(kept(f) ? still(e) : e), true);
		if (inner && !stays) page.watch(inner);
	}

	// A click where nothing is changed: its link is told of as it is.
	const still = (e) => ({
		timeStamp: e.timeStamp,
		composedPath: () => e.composedPath().filter((n) => /^a(rea)?$/.test(n.localName)).map((n) => {
			const copy = n.cloneNode();
			copy.setAttribute('data-noswap', '');
			return copy;
		}),
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
	return (x) => {
		if (x?.nodeName) frame(x);
		else if (x) heard(x);
		else say();
	};
}
