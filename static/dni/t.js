// t.js - the tag. Paste it once, near the top of every page:
//
//   <script async src="https://calls.example.com/t.js" data-site="KEY"></script>
//
// It tells dni.fcgi which page this is and what led here, gets a number, and
// shows that instead of the site's own, in the form each place has. It stores
// nothing without consent, blocks nothing, and when anything fails the page
// stays as it was. docs/TAG.md is its manual: every data- attribute may also be
// a member of window.ringtraceConfig, for tag managers that take attributes
// away.
//
// window.ringtrace may be a stub that keeps calls until this is here:
//   window.ringtrace=window.ringtrace||function(){(ringtrace.q=ringtrace.q||[]).push(arguments)}
//
// Here is only what a number needs. Everything else is a part, a module beside
// this file with one default function of `tag`: t-visit.js a moment after the
// number, t-form.js, t-frame.js, t-events.js, t-each.js, t-print.js, t-shim.js and t-warn.js where
// they are needed.
import { KEEP, kept } from './keep.js';
import { doc as d, ask, tail, isLink, look, names, page, swapAttr, text, undo, use, watch } from './swap.js';

const w = window, stub = w.ringtrace, me = d.currentScript, config = w.ringtraceConfig || {};
const attr = (name) => me?.getAttribute('data-' + name) || config[name] || '';
const src = me?.src || '', site = attr('site');

const HALF_HOUR = 1800000, HIDDEN_MS = 400;
const CACHE = 'rt_p';
const paid = (url) => /[?&](li_fat_id|\w+clk?id|utm_\w+|[gw]braid)=/i.test(url);
const nav = navigator, loc = location;
const api = (attr('api') || src.split('/', 3).join('/')) + '/dni/v1/';
const own = attr('number'), cookies = attr('cookies') !== 'no';
let consent = nav.globalPrivacyControl ? 'no' : attr('consent');

let tier = '';
let swaps = [], same = '';   // the server's last list, and what it looks like
let shown = [];              // the pairs that stand on the page
const tellers = [];          // numbers(): who wants to know
const hidden = [];           // animations that make elements invisible
const parts = {};            // of this program, by name: on the way, or come
let known, begun, off, awake, clickedAt;
let asking, again, granted;  // a visit is on its way, to be asked anew, and was begun
let jar;                     // our cookie was seen, and should be there

// Shared with the parts.
const tag = {
	ids: {}, // visitor, visit: only with consent
	late: Date.now(), // as quick a clock as there is: about.js knows since when
	// place: address of the page last told of; first: and what the browser asked
	// for; sentAt: when; boss(message): the page around this frame, which has the
	// visit; fresh: it has just begun; early: what happened before it was known whose
	// visit this is; away(what, more): nobody can be told of it now, it is kept; woke:
	// what somebody did before t-visit.js was there; no: was the last word, and in
	// which frame of this page (t-frame.js).
	early: [], woke: [],
	site, page, attr, part, post, beacon, remember, tell, view, answered, apply, show, click,
};

if (attr('attrs')) names.push(...attr('attrs').match(/[\w-]+/g));
page.hide = hide;
page.part = part;

// --- what is stored: nothing without consent; it may be forbidden, too ---
const may = () => !/no|wait/.test(consent);

// What is only needed on some pages. A part that does not come is asked for
// again when it is next needed; who waits goes on then, too. PARTS (Makefile): a sum of all that is in them.
function part(name, detail) {
	const p = parts[name];
	if (p?.call) return p(detail);
	return (parts[name] = p || import(new URL(`t-${name}.js?${PARTS}`, src || loc)).then((m) => {
		parts[name] = m.default(tag);
	})).then(() => part(name, detail), () => { parts[name] = 0; });
}

// An exception that is caught costs more than all the rest here.
function cookie(value, s, of = attr('domain')) {
	let was = '';
	if (!cookies) return store('rt_id', value) || was;
	try {
		if (!s) {
			was = d.cookie.match(/(^|; )rt_id=([\w.]*)/)?.[2] || was;
			jar = jar || was;
		} else d.cookie = `rt_id=${value};path=/;SameSite=Lax;max-age=${s}${of && ';domain=' + of}${loc.protocol > 'https' ? ';Secure' : ''}`;
	} catch {}
	return was;
}

function store(name, value) {
	try {
		const s = sessionStorage;
		return value ? (s[name] = value) : value === '' ? delete s[name] : s[name];
	} catch {}
}

function save() {
	const MONTH = 2592000;
	cookie(`${tag.ids.visitor}.${tag.ids.visit}.${Date.now()}`, MONTH);
}

function load() {
	const [visitor, visit, at] = cookie().split('.');
	tag.ids = { visitor, visit: Date.now() - at < HALF_HOUR ? visit : '' };
}

// A visit that is over with this: that of the ids; or what the cookie says, as a no may be
// said before anything is read; or, when who asks for consent took the cookie first, ours.
function forget(ids) {
	if (ids) tag.ids = ids;
	else if (cookie()) load();
	beacon('event', { kind: 'consent_withdrawn' });
	tag.ids = {};
	// A site that named its domain later had one without before.
	if (cookie()) cookie('', -1), cookie('', -1, '');
	jar = 0;
	store(CACHE, '');
}

// For the next page, and for the stub there: what stands on this one, as long as it
// is known whose visit that is, or nobody could put right what the stub painted. A
// cookie is gone, too, where the yes was taken back in another tab; it is there without
// a visitor where the site asks for a yes at each page.
function remember() {
	// A no whose visit is on its way still: nobody will hear the answer.
	if (again && !may()) forget();
	if (cookie() && tag.ids.visitor) {
		save();
		store(CACHE, JSON.stringify([Date.now() + HALF_HOUR, off ? [] : [...page.paint], swaps, KEEP]));
	} else store(CACHE, '');
}

// --- the page -----------------------------------------------------------
// Until the number is known, elements that hold the site's own are
// invisible: they keep their place, so nothing moves. By an animation, as a copy
// of the element, which sliders make, has none, and nobody's style is changed.
function hide(el) {
	if (!known && !kept(el)) hidden.push(el.animate?.({ visibility: ['hidden', 'hidden'] }, HIDDEN_MS));
}

function apply(list) {
	const now = JSON.stringify(list);
	swaps = list;
	if (now === same || off) return;
	same = now;
	// What the page shows of an earlier answer changes too.
	const before = shown.filter((o) => !list.some((s) => s.to.e164 === o.to.e164)), more = [];
	for (const o of before) for (const s of list) if (s.from.e164 === o.from.e164) more.push({ from: o.to, to: s.to });
	// None is left: the number is somebody else's, now or soon.
	if (before[0]) page.paint = new Map;
	if (list[0] || !shown[0]) use(list.concat(more));
	else undo(shown);
	shown = before.slice(-20).concat(list);
	for (const f of tellers) f(list);
}

function show() {
	known = 1;
	for (const a of hidden.splice(0)) a?.cancel();
}

// --- the server ---------------------------------------------------------
// The visitor decided otherwise. A visit that was begun without a word goes on
// after a yes; one that was not is for the address it would have begun with.
function renew() {
	if (consent !== 'no' && granted) return;
	if (may()) load();
	view(!granted);
}

function answered(a) {
	const { visitor, visit, swap, why, tier: now } = a || {};
	if (now === 'gone') {
		tag.ids.visit = '';
		return view();
	}
	// No was said while this was on its way.
	if (visitor && !may()) return forget({ visitor, visit });
	if (swap?.map) {
		tier = now;
		if (visitor) {
			if (visit !== tag.ids.visit) tag.fresh = 1;
			tag.ids = { visitor, visit };
			// The cookie stays: what goes on after a yes is the visit it has.
		} else if (why === 'consent') {
			// Global Privacy Control, which the page itself may not know of.
			if (a.gpc) forget();
			tag.ids = {};
		}
		if (swap[0] || why !== 'database') apply(swap);
		if (visitor) save();
		if (awake) wake();
		if (swap[0]) tell('number', { tier, number: swap[0].to.e164 });
	}
	show();
}

// A visit lasts while somebody is here, and what they do belongs to it: when they
// first do something, or have looked at the page for a while.
function wake(e) {
	awake = 1;
	tag.woke.push(e);
	if (tag.ids.visit) part('visit');
}

// A link is right in any case at the moment it counts.
function click(e) {
	const el = e.composedPath().find((n) => /^a(rea)?$/.test(n.localName));
	if (!isLink(el?.getAttribute('href'))) return;
	swapAttr(el, 'href');
	// An impatient finger, or a program that clicks, is told once a second.
	if (e.timeStamp - clickedAt < 1000) return;
	clickedAt = e.timeStamp;
	beacon('event', { kind: 'tel_click' });
	tell('click', { number: el.getAttribute('href') });
}

function post(what, more, done) {
	const x = new XMLHttpRequest();
	x.open('POST', api + what);
	x.onloadend = (e, status = x.status) => {
		if (/40[34]/.test(status)) part('warn', status);
		done?.(status === 200 && x.response);
	};
	x.responseType = 'json';
	x.send(body(more));
}

// An application may have taken the click id off the address before we were
// here: the browser still knows what it asked for. And it may have gone on since.
function landed(anew) {
	const name = (anew || !tag.place) && !paid(loc.href) && performance.getEntriesByType('navigation')[0]?.name;
	return paid(name) ? name : anew ? tag.first : loc.href;
}

// To other tags only where the owner chose so and the visitor did not
// object: ids are there only then.
function tell(name, detail) {
	if (tag.ids.visit && attr('events')) part('events', [name, detail]);
}

function beacon(what, more) {
	if (tag.boss) tag.boss({ ringtrace: site, event: more });
	else if (!tag.ids.visit) {
		if (may() && (asking || !begun)) tag.early.push(more);
	} else if (!tag.away?.(what, more) && !nav.sendBeacon?.(api + what, body(more))) post(what, more);
}

// anew: asked again for the page that was asked for last.
function view(anew) {
	const ref = (!anew && tag.place) || d.referrer;
	tag.first = landed(anew);
	if (!anew) tag.place = loc.href;
	// Who takes the yes back in another tab takes the cookie along, and told of it there.
	if (jar && !cookie() && may()) {
		tag.ids = {};
		consent = 'no';
	}
	if (consent === 'no') forget();
	tag.sentAt = Date.now();
	asking = 1;
	post('visit', {
		url: tag.first.slice(0, 2048), ref, title: (d.title + '').slice(0, 255),
		consent: may() ? consent : 'no',
	}, (a) => {
		const more = again;
		asking = again = 0;
		granted = a?.visitor;
		answered(a);
		// Of a visit that nobody agreed to, nothing is told.
		for (const e of tag.early.splice(0)) beacon('event', e);
		if (more) renew();
		// A line that was cut is there again.
		if (!a) w.addEventListener('online', renew, { once: 1 });
	});
}

// The server cuts texts, but for addresses; half of a character, as is left where
// a page or we cut one, is no text to it.
function body(more) {
	return JSON.stringify({ site, ...tag.ids, ...more }, (k, v) => v?.replace
		? v.slice(0, 4096).replace(/[\ud800-\udfff]/gu, '') || undefined : v);
}

// --- start --------------------------------------------------------------
// ringtrace('name', ...) is ringtrace.name(...).
const ringtrace = (what, ...args) => ringtrace[what]?.apply?.(0, args);
ringtrace.version = 3;
// Looks at an element again; after restore(), swaps anew.
ringtrace.swap = (el) => {
	if (el) return look(el);
	off = same = 0;
	apply(swaps);
};
ringtrace.restore = () => {
	off = 1;
	undo(shown);
	tag.restored?.();
};
// The list of { from, to } numbers; tell is called with it now and whenever
// it changes.
ringtrace.numbers = (tell) => {
	if (tell) {
		tellers.push(tell);
		if (swaps[0]) tell(swaps);
	}
	return swaps;
};
ringtrace.text = (s) => text(s);
ringtrace.session = () => ({ ...tag.ids, tier });
ringtrace.consent = (yes) => {
	const was = consent;
	consent = yes && !nav.globalPrivacyControl ? 'yes' : 'no';
	tag.no = !yes;
	// In a frame it is the page around that has the visit.
	if (tag.boss) part('frame');
	// Consent managers say it often.
	else if (was !== consent) {
		if (asking) again = 1;
		else if (begun) renew();
	}
};
// ('form', element): as if it had been submitted; else an event of the
// page's own, by name.
ringtrace.event = (name, detail = '') => {
	if (name === 'form') part(name, detail);
	else beacon('event', { kind: 'custom', name: name + '', detail: detail + '' });
};

if (stub?.version) {
	stub.twice = 1;
} else if (site) {
	w.ringtrace = ringtrace;
	for (const a of stub?.q || []) ringtrace(...a);
	for (const name of ['shim', 'print']) if (attr(name)) part(name);
	queueMicrotask(start);
}

// A page drawn before anybody sees it takes no number. A page in a frame
// first asks the one around it. The cookie is read first and from here: a browser that
// notes who reads it looks up each function on the way, and the whole file while that is
// being run; and once more when the page is first seen, as another tab may have begun
// or ended the visit meanwhile.
function start() {
	if (may()) load();
	if (d.hidden) return d.addEventListener('visibilitychange', start, { once: 1 });
	w.addEventListener('click', click, 1);
	w.addEventListener('message', (e) => e.data?.ringtrace === site && part('frame', e));
	if (w === w.parent) return begin();
	part('frame');
	setTimeout(begin, 1000);
}

function begin() {
	const LOOKED_MS = 5000;
	if (begun || tag.boss) return;
	begun = 1;
	watch(d);
	view();
	try {
		const c = tag.ids.visit && JSON.parse(store(CACHE));
		if (c?.[0] > Date.now()) {
			// What the stub painted is to be so on the next page, too.
			page.paint = new Map(c[3] && c[1]);
			apply(c[2]);
			known = 1;
		}
	} catch {} // the page may write there, too
	if (!known && own) {
		ask(tail(own));
		setTimeout(show, HIDDEN_MS);
	}
	w.addEventListener('pagehide', remember);
	for (const name of ['touchstart', 'keydown', 'focusin', 'scroll', 'mousemove']) w.addEventListener(name, wake, { once: 1, capture: 1 });
	setTimeout(wake, LOOKED_MS);
}
