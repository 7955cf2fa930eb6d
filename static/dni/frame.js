// frame.js - the part of the tag for frames. What is in a frame of the same
// origin without a tag is swapped like the page. The tag in a frame shows what
// the page around it shows, and what is clicked there belongs to that page's
// visit; t.js asks for this part on both sides when there is such a frame.
//
// Both ask who the other is: the same origin, the cookie's domain, or one that
// data-frames names. A page that is none of these hears nothing and is not
// heard.
export default function (tag) {
	const w = window, d = document, asking = [], docs = new WeakMap(), { site, page } = tag;
	const friends = tag.attr('frames').split(/[\s,]+/), top = tag.attr('domain').replace(/^\./, '');
	let asked = 0, timer = 0;

	function friend(origin) {
		const host = origin.replace(/^\w+:\/\//, '').replace(/:\d+$/, '');
		return (origin !== 'null' && origin === w.origin) || friends.includes(origin) || (top && ('.' + host).endsWith('.' + top));
	}

	function heard(e) {
		const m = e.data, from = e.source;
		if (!from || !friend(e.origin)) return;
		if (from === w.parent && m.swap) {
			w.clearInterval(timer);
			// What is told may be a form: to no page that came instead.
			tag.boss = (m) => from.postMessage(m, e.origin);
			page.watch(d);
			// The tag does that itself only for a visit of its own.
			d.addEventListener('click', tag.click, true);
			if (m.off) return w.ringtrace.restore();
			tag.apply(m.swap);
			w.ringtrace.swap();
			tag.show();
		} else if (m.ask && !asking.includes(from)) {
			asking.push(from);
			w.ringtrace.numbers((swap) => from.postMessage({ ringtrace: site, swap }, e.origin));
		} else if (m.event && from !== w.parent) {
			tag.beacon('event', m.event);
		}
	}

	// Frames that show what we show go back when we do: those of the same origin
	// at once.
	tag.restored = () => asking.forEach((from) => {
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
		const old = docs.get(f);
		if (!docs.has(f)) f.addEventListener('load', () => frame(f));
		docs.set(f, inner);
		if (old && old !== inner) page.roots.splice(page.roots.indexOf(old), 1);
		if (!inner?.body || old === inner) return;
		inner.addEventListener('click', tag.click, true);
		page.watch(inner);
	}

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
	};
}
