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
// Written in ES5: nothing lowers it further.
import { LINK, Swapper } from './swap.js';

(function (w, d) {
	var stub = w.ringtrace;
	if (stub && stub.version) {
		stub.twice = 1;
		return;
	}
	var me = d.currentScript;
	var config = w.ringtraceConfig || {};
	var src = (me && me.src) || '';

	function attr(name) {
		return (me && me.getAttribute('data-' + name)) || config[name] || '';
	}

	var MINUTE = 60000, SESSION = 30 * MINUTE, MONTH = 2592000;
	var ID = 'rt_id', CACHE = 'rt_p';
	var CLICK = /[?&](\w+clk?id|[gw]braid|li_fat_id|utm_\w+)=/i;
	var nav = w.navigator, loc = w.location, late = w.performance.now();
	var site = attr('site'), consent = attr('consent'), domain = attr('domain'), own = attr('number');
	var api = (attr('api') || src.replace(/^(\w+:\/\/[^\/]+).*/, '$1')) + '/dni/v1/';
	var events = attr('events'), cookies = attr('cookies') !== 'no';
	if (!site) return;
	if (nav.globalPrivacyControl) consent = 'no';

	var ids = {};        // visitor, visit: only with consent
	var tier = '';
	var swaps = [];      // the server's last list
	var shown = {};      // numbers that stand on the page, by E.164
	var tellers = [];    // numbers(): who wants to know
	var hidden = [];     // elements made invisible
	var place = '';      // address of the page last told of
	var first = '';      // and what the browser asked for
	var boss = null;     // the page around this frame, which has the visit
	var usedAt = 0, usedS = 0, sentAt = 0, known = 0, warned = 0, timer = 0;

	var page = Swapper(d, {
		attrs: attr('attrs').split(/[\s,]+/).filter(Boolean),
		seen: function (n) {
			if (!ownRe || known) return;
			if (n.nodeType !== 3) page.find(n, ownRe, hide);
			else if (ownRe.test(n.data)) hide(n.parentNode);
		},
		root: function (root) {
			root.addEventListener('submit', function (e) { submitted(e.target); }, true);
			root.addEventListener('focusin', function (e) { if (e.target.form) more('form'); });
			root.addEventListener('click', click, true);
		}
	});

	// --- what is stored: nothing without consent ----------------------------
	function store(name, value) {
		try {
			var s = w.sessionStorage;
			if (value === undefined) return s.getItem(name) || '';
			s.removeItem(name);
			if (value) s.setItem(name, value);
		} catch (e) {} // storage is full or forbidden: go on without
		return '';
	}

	function cookie(name) {
		var m = d.cookie.match('(?:^|; )' + name + '=([^;]*)');
		return m ? decodeURIComponent(m[1]) : '';
	}

	function jar(value, s) {
		if (!cookies) return store(ID, s ? value : '');
		d.cookie = ID + '=' + encodeURIComponent(value) + ';path=/;SameSite=Lax;max-age=' + s +
			(domain ? ';domain=' + domain : '') + (loc.protocol === 'https:' ? ';Secure' : '');
	}

	function may() {
		return consent !== 'no' && consent !== 'wait';
	}

	function load() {
		var part = (cookies ? cookie(ID) : store(ID)).split('.');
		ids = { visitor: part[0], visit: Date.now() - part[2] < SESSION ? part[1] : '' };
	}

	function save() {
		var pairs = [], now = Date.now();
		jar(ids.visitor + '.' + ids.visit + '.' + now, MONTH);
		for (var k in page.paint) if (pairs.length < 20) pairs.push([k, page.paint[k]]);
		store(CACHE, JSON.stringify([now + SESSION, pairs, swaps]));
	}

	function forget() {
		ids = {};
		if (cookie(ID) || !cookies) jar('', 0);
		store(CACHE, '');
	}

	// --- the page -----------------------------------------------------------
	// Until the number is known, elements that hold the site's own are
	// invisible: they keep their place, so nothing moves.
	var ownRe = own && new RegExp(own.replace(/\D/g, '').slice(-7).split('').join('\\D{0,3}') + '(?!\\d)');
	function hide(el) {
		if (el.style && el.style.visibility !== 'hidden' && !el.closest('[data-noswap],script,style,title')) {
			hidden.push([el, el.style.visibility]);
			el.style.visibility = 'hidden';
		}
	}

	function show() {
		known = true;
		for (var h; (h = hidden.pop());) {
			h[0].style.visibility = h[1];
			if (!h[0].getAttribute('style')) h[0].removeAttribute('style');
		}
	}

	function apply(swap) {
		var list = swap.slice(), k;
		swaps = swap;
		// What the page shows of an earlier answer changes too.
		if (swap.length) for (k in shown)
			if (k !== swap[0].to.e164) list.push({ from: shown[k], to: swap[0].to });
		page.use(list);
		swap.forEach(function (s) { shown[s.to.e164] = s.to; });
		tellers.forEach(function (f) { f(swap); });
	}

	// --- the server ---------------------------------------------------------
	function body(more) {
		var o = { site: site };
		if (ids.visitor) o.visitor = ids.visitor;
		if (ids.visit) o.visit = ids.visit;
		for (var k in more) if (more[k] || more[k] === 0) o[k] = more[k];
		return JSON.stringify(o);
	}


	function post(what, more, done) {
		var x = new XMLHttpRequest();
		x.open('POST', api + what);
		x.setRequestHeader('Content-Type', 'text/plain');
		x.timeout = 8000;
		x.onloadend = function () {
			var a = null;
			// 404: no site has this key; 403: this address is not in its list.
			if (/40[34]/.test(x.status) && !warned) {
				warned = 1;
				w.console.warn('ringtrace: ' + x.status + ' for site "' + site + '"');
			}
			if (x.status === 200) try { a = JSON.parse(x.responseText); } catch (e) {}
			if (done) done(a);
		};
		x.send(body(more));
	}

	function beacon(what, more) {
		if (boss) boss.postMessage({ ringtrace: site, event: more }, '*');
		else if (ids.visit && !(nav.sendBeacon && nav.sendBeacon(api + what, body(more)))) post(what, more);
	}

	// To other tags only where the owner chose so and the visitor did not
	// object: ids are there only then.
	function tell(name, detail) {
		if (!ids.visit || !events) return;
		ringtrace.told.push([name, detail]);
		more('events');
	}

	function answered(a) {
		if (a && a.tier === 'gone') {
			ids.visit = '';
			return view();
		}
		if (a) {
			tier = a.tier;
			if (a.visitor) ids = { visitor: a.visitor, visit: a.visit, fresh: a.visit !== ids.visit };
			if (a.swap.length || !swaps.length) apply(a.swap);
			if (a.visitor && may()) save();
			// How it went and who else knows this visitor, once a visit.
			if (ids.fresh) w.setTimeout(function () { more('about'); }, 1500);
			if (a.swap.length) tell('number', { tier: tier, number: a.swap[0].to.e164 });
		}
		show();
	}

	// An application may have taken the click id off the address before we were
	// here: the browser still knows what it asked for.
	function landed() {
		var e = !place && w.performance.getEntriesByType('navigation')[0];
		return e && CLICK.test(e.name) && !CLICK.test(loc.href) && e.name.indexOf(loc.origin) === 0
			? e.name : loc.href;
	}

	function view() {
		var from = place || d.referrer, at = landed(), ok = may();
		first = place ? loc.href : at;
		place = loc.href;
		if (consent === 'no') forget();
		sentAt = Date.now();
		post('visit', {
			url: at.slice(0, 2048), ref: from.slice(0, 2048), title: d.title,
			consent: ok ? consent : 'no'
		}, answered);
	}

	function beat(last) {
		if (!ids.visit) return;
		var s = usedS;
		usedS = 0;
		sentAt = Date.now();
		if (last) beacon('beat', { engaged_s: s });
		else post('beat', { engaged_s: s }, function (a) { if (a && a.tier !== 'none') answered(a); });
	}

	// --- what people do -----------------------------------------------------
	function click(e) {
		var el = (e.composedPath && e.composedPath()[0]) || e.target;
		if (el.nodeType === 3) el = el.parentNode;
		el = el.closest && el.closest('a[href],area[href]');
		if (!el || e.rtTold || !LINK.test(el.getAttribute('href'))) return;
		e.rtTold = true;
		beacon('event', { kind: 'tel_click' });
		tell('click', { number: el.getAttribute('href') });
	}

	// What is only needed on some pages lies in files of its own.
	function more(name) {
		if (more[name]) return;
		var s = more[name] = d.createElement('script');
		s.src = src.replace(/t\.js.*/, 't-' + name + '.js');
		d.head.appendChild(s);
	}

	function submitted(form) {
		var f = attr('forms') !== 'no' && ids.visit && ringtrace.form && ringtrace.form(form);
		if (!f) return;
		f.kind = 'form';
		f.url = loc.href.slice(0, 2048);
		beacon('event', f);
		tell('form', { form: f.form });
	}

	function tick() {
		var now = Date.now();
		if (d.visibilityState === 'visible' && now - usedAt < MINUTE / 2) usedS += 5;
		if (usedS && now - sentAt >= MINUTE) beat();
	}

	function left() {
		if (usedS) beat(true);
	}

	function seen() {
		if (d.visibilityState === 'hidden') left();
		else if (Date.now() - sentAt >= MINUTE) beat();
	}

	// Another page of an application: a page view of the visit that goes on.
	function moved() {
		if (loc.href.split('#')[0] === place.split('#')[0] || boss) return;
		if (!ids.visit || Date.now() - sentAt >= SESSION) return view();
		place = loc.href;
		post('event', { kind: 'view', url: place.slice(0, 2048), title: d.title });
	}

	function wrap(name) {
		var old = w.history[name];
		if (old) w.history[name] = function () {
			var r = old.apply(this, arguments);
			w.setTimeout(moved, 0); // the page's title comes after
			return r;
		};
	}

	// --- start --------------------------------------------------------------
	function begin() {
		var c = null;
		if (timer || boss) return;
		timer = w.setInterval(tick, 5000);
		usedAt = Date.now();
		if (may()) load();
		try {
			c = ids.visit && JSON.parse(store(CACHE));
		} catch (e) {}
		if (c && c[0] > Date.now()) {
			apply(c[2]);
			known = true;
		}
		page.watch(d);
		w.setTimeout(show, 400);
		view();
		['mousemove', 'keydown', 'scroll', 'touchstart', 'click', 'focus'].forEach(function (n) {
			w.addEventListener(n, function () { usedAt = Date.now(); }, { capture: true, passive: true });
		});
		d.addEventListener('visibilitychange', seen);
		w.addEventListener('popstate', moved);
		w.addEventListener('pagehide', left);
		// Roots that custom elements make from now on.
		var attach = Element.prototype.attachShadow;
		Element.prototype.attachShadow = function (o) {
			var r = attach.apply(this, arguments);
			if (o.mode === 'open') page.watch(r);
			return r;
		};
		wrap('pushState');
		wrap('replaceState');
	}

	function start() {
		w.addEventListener('message', function (e) { if (e.data && e.data.ringtrace === site) more('frame'); });
		if (attr('print')) more('restore');
		if (w === w.parent) return begin();
		more('frame');
		w.setTimeout(begin, 1000);
	}

	// A page drawn before anybody sees it takes no number.
	function ready() {
		if (d.visibilityState === 'hidden') return;
		d.removeEventListener('visibilitychange', ready);
		start();
	}

	function ringtrace(what) {
		var f = ringtrace[what];
		if (typeof f === 'function') return f.apply(null, [].slice.call(arguments, 1));
	}
	ringtrace.version = 2;
	// Looks at an element again; after restore(), swaps anew.
	ringtrace.swap = function (el) {
		if (el) page.look(el);
		else apply(swaps);
	};
	ringtrace.restore = function () { more('restore'); };
	// The list of { from, to } numbers; tell is called with it now and whenever
	// it changes.
	ringtrace.numbers = function (tell) {
		if (tell) tellers.push(tell);
		if (tell && swaps.length) tell(swaps);
		return swaps;
	};
	ringtrace.text = page.text;
	// For frame.js: what a page around this one says is shown here, and the
	// other way round.
	ringtrace.inside = function (top, swap) {
		boss = top;
		page.watch(d);
		apply(swap);
		show();
	};
	ringtrace.told = [];
	ringtrace.tell = beacon;
	ringtrace.attr = attr;
	// For about.js and restore.js.
	ringtrace.facts = function () {
		return { 'found': page.found, 'swapped': page.swapped, late_ms: late, changed: first !== loc.href,
			'roots': page.roots, 'kept': page.kept, 'quiet': page.quiet, 'know': page.know };
	};
	ringtrace.session = function () {
		return { visitor: ids.visitor, visit: ids.visit, tier: tier };
	};
	ringtrace.consent = function (yes) {
		if (!yes && ids.visit) beacon('event', { kind: 'consent_withdrawn' });
		consent = yes && !nav.globalPrivacyControl ? 'yes' : 'no';
		if (consent === 'yes') load();
		if (timer) view();
	};
	// ('form', element): as if it had been submitted; else an event of the
	// page's own, by name.
	ringtrace.event = function (name, detail) {
		if (name === 'form') return submitted(detail);
		beacon('event', { kind: 'custom', name: String(name).slice(0, 64), detail: detail === undefined ? '' : String(detail).slice(0, 255) });
	};
	w.ringtrace = ringtrace;
	((stub && stub.q) || []).forEach(function (a) { ringtrace.apply(null, a); });
	if (attr('shim')) more('shim');
	d.addEventListener('visibilitychange', ready);
	ready();
})(window, document);
