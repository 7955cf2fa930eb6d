// t.js - the tag. Paste it once, near the top of every page:
//
//   <script async src="https://calls.example.com/t.js" data-site="KEY"></script>
//
// It tells dni.fcgi which page this is and what led here, gets a number, and
// shows that instead of the site's own, in the form each place has. It stores
// nothing without consent, blocks nothing, and when anything fails the page
// stays as it was. Attributes, all but the first optional:
//
//   data-site       public key of the site
//   data-api        where dni.fcgi is, when not where this script came from
//   data-number     the site's own number: it is then kept invisible (never
//                   moved) for up to 0.4 s until the right one is known
//   data-consent    "yes", "no" or "wait" (for ringtrace('consent', true))
//   data-domain     domain of the cookie, to share it between subdomains
//
//   ringtrace('consent', true | false)    what the visitor decided
//   ringtrace('swap', element)            looks at an element again
//
// Elements with data-noswap (or data-calltrk-noswap) keep their number.
// Written in ES5: nothing lowers it further.
(function (w, d) {
	'use strict';
	var me = d.currentScript || d.querySelector('script[data-site]');
	if (!me || w.ringtrace) return;

	var MINUTE = 60000;
	var SESSION = 30 * MINUTE;
	var COOKIE = 'rt_id', FIRST = 'rt_first', LAST = 'rt_last', CACHE = 'rt_swap';
	var SEP = '[\\s().\\-\\/\\u00a0\\u2010-\\u2013]{0,3}';
	var SKIP = /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|TEXTAREA|IFRAME|OBJECT)$/;
	var ATTR = /^(href|title|aria-label|alt|data-(?!noswap|calltrk).*)$/;
	var PAID = /[?&](gclid|gbraid|wbraid|dclid|msclkid|ttclid|li_fat_id)=|utm_medium=(cpc|ppc|paid)/i;
	var NOSWAP = '[data-noswap],[data-calltrk-noswap],[contenteditable=""],[contenteditable=true]';

	var site = me.getAttribute('data-site');
	var api = (me.getAttribute('data-api') || me.src.replace(/^(\w+:\/\/[^\/]+).*/, '$1')) + '/dni/v1/';
	var domain = me.getAttribute('data-domain');
	var own = me.getAttribute('data-number');
	var consent = me.getAttribute('data-consent');
	if (w.navigator.globalPrivacyControl) consent = 'no';

	var ids = {};        // visitor, visit
	var rules = [];      // { re, to, intl }: what to look for
	var seen = {};       // numbers that stand on the page, by E.164
	var roots = [];      // observed document and shadow roots
	var hidden = [];     // elements made invisible
	var place = '';      // address of the page last told of
	var usedAt = 0, usedS = 0, sentAt = 0, known = false, quiet = false, timer = 0;

	// --- cookies, only with consent ---------------------------------------
	function jar(name, value, s) {
		if (value === undefined) {
			var m = d.cookie.match('(?:^|; )' + name + '=([^;]*)');
			return m ? decodeURIComponent(m[1]) : '';
		}
		d.cookie = name + '=' + encodeURIComponent(value) + ';path=/;SameSite=Lax;max-age=' + s +
			(domain ? ';domain=' + domain : '') + (w.location.protocol === 'https:' ? ';Secure' : '');
	}

	function cache(value) {
		try {
			if (value === undefined) return JSON.parse(w.sessionStorage.getItem(CACHE));
			if (value) w.sessionStorage.setItem(CACHE, JSON.stringify(value));
			else w.sessionStorage.removeItem(CACHE);
		} catch (e) {} // storage is full or forbidden: go on without
	}

	function load() {
		var part = jar(COOKIE).split('.');
		ids = { visitor: part[0], visit: Date.now() - part[2] < SESSION ? part[1] : '' };
	}

	function save() {
		var month = 2592000, touch = (w.location.search + ' ' + d.referrer).slice(0, 600);
		jar(COOKIE, ids.visitor + '.' + ids.visit + '.' + Date.now(), month);
		if (!jar(FIRST)) jar(FIRST, touch, month);
		if (PAID.test(touch)) jar(LAST, touch, month);
	}

	function forget() {
		ids = {};
		if (jar(COOKIE)) for (var i = 0, a = [COOKIE, FIRST, LAST]; i < 3; i++) jar(a[i], '', 0);
		cache(null);
	}

	// --- numbers ----------------------------------------------------------
	function digits(s) {
		return s.replace(/\D/g, '');
	}

	function spaced(s) {
		return s.split('').join(SEP);
	}

	// One expression finds a number in its international and national forms,
	// with any separators. Group 1 is the byte before (no look-behind in old
	// browsers), 2 an international form, 3 a national one.
	function rule(from, to) {
		var i = digits(from.e164), n = digits(from.national);
		var alt = '((?:\\+|00|011)?' + SEP + spaced(i);
		// "+44 (0)20 ...": the trunk prefix inside the international form.
		if (n.charAt(0) === '0') alt += '|\\+?' + spaced(i.slice(0, i.length - n.length + 1) + n);
		return {
			re: new RegExp('(^|[^\\d+])(?:' + alt + ')|(\\(?' + spaced(n) + '))(?!\\d)', 'g'),
			from: from.e164,
			to: to
		};
	}

	// Puts new digits into the old form, when it has as many.
	function fit(old, fresh, text) {
		var i = 0;
		return digits(old).length === fresh.length
			? old.replace(/\d/g, function () { return fresh.charAt(i++); }) : text;
	}

	function swapped(text) {
		for (var i = 0; i < rules.length; i++) {
			var to = rules[i].to;
			text = text.replace(rules[i].re, function (all, before, intl, nat) {
				if (nat) return before + fit(nat, digits(to.national), to.national);
				var lead = (intl.match(/^(00|011)(?=\D*[1-9])/) || [''])[0];
				return before + lead + fit(intl.slice(lead.length), digits(to.e164), to.international);
			});
		}
		return text;
	}

	// --- the page ---------------------------------------------------------
	function swapText(node) {
		var old = node.nodeValue;
		if (old.length < 6 || !/\d\D{0,3}\d/.test(old)) return;
		var now = swapped(old);
		if (now !== old) node.nodeValue = now;
	}

	function swapAttrs(el) {
		for (var a = el.attributes, i = 0; i < a.length; i++) {
			var name = a[i].name, old = a[i].value;
			if (old.length < 6 || !ATTR.test(name) || el === me) continue;
			if (name === 'href' && !/^(tel|sms|callto):/i.test(old)) continue;
			var now = swapped(old);
			if (name === 'href') now = now.replace(/[\s\u00a0]/g, '');
			if (now !== old) el.setAttribute(name, now);
		}
	}

	function skipped(el) {
		return SKIP.test(el.nodeName) || (el.closest && el.closest(NOSWAP));
	}

	function walk(node) {
		if (node.nodeType === 3) {
			swapText(node);
		} else if (node.nodeType === 1 || node.nodeType === 11 || node.nodeType === 9) {
			if (node.nodeType === 1) {
				if (SKIP.test(node.nodeName) || node.matches(NOSWAP)) return;
				swapAttrs(node);
				if (node.shadowRoot) observe(node.shadowRoot);
			}
			for (var c = node.firstChild; c; c = c.nextSibling) walk(c);
		}
	}

	function look(node) {
		var el = node.nodeType === 1 ? node : node.parentNode;
		if (el && el.nodeType === 1 && skipped(el)) return;
		if (own && !known) hide(node);
		if (rules.length) walk(node);
		else if (node.shadowRoot) observe(node.shadowRoot);
	}

	function changes(list) {
		for (var i = 0; i < list.length; i++) {
			var m = list[i];
			if (m.type === 'childList') for (var k = 0; k < m.addedNodes.length; k++) look(m.addedNodes[k]);
			else if (m.type === 'attributes') {
				if (ATTR.test(m.attributeName) && rules.length && !skipped(m.target)) swapAttrs(m.target);
			} else look(m.target);
		}
	}

	function observe(root) {
		if (roots.indexOf(root) < 0 && w.MutationObserver) {
			roots.push(root);
			new w.MutationObserver(changes).observe(root, {
				childList: true, subtree: true, characterData: true, attributes: true
			});
			if (root !== d) root.addEventListener('click', click, true);
		}
		if (root !== d) walk(root);
	}

	// Until the number is known, elements that hold the site's own are
	// invisible: they keep their place, so nothing moves.
	var ownRe = own && new RegExp(spaced(digits(own).slice(-7)) + '(?!\\d)');
	function hide(node) {
		if (node.nodeType === 3) {
			var el = node.parentNode;
			if (el && el.style && ownRe.test(node.nodeValue) && !skipped(el)) {
				hidden.push([el, el.style.visibility]);
				el.style.visibility = 'hidden';
			}
		} else {
			for (var c = node.firstChild; c; c = c.nextSibling) hide(c);
		}
	}

	function show() {
		known = true;
		for (var h; (h = hidden.pop());) h[0].style.visibility = h[1];
	}

	function apply(swap) {
		var fresh = [], i, k;
		for (i = 0; i < swap.length; i++) {
			fresh.push(rule(swap[i].from, swap[i].to));
			// What the page shows of an earlier answer changes too.
			for (k in seen) if (k !== swap[i].to.e164) fresh.push(rule(seen[k], swap[i].to));
		}
		rules = fresh;
		for (i = 0; i < swap.length; i++) seen[swap[i].to.e164] = swap[i].to;
		if (rules.length) {
			walk(d.documentElement);
			for (i = 1; i < roots.length; i++) walk(roots[i]);
		}
	}

	// --- the server -------------------------------------------------------
	function body(more) {
		var o = { site: site };
		if (ids.visitor) o.visitor = ids.visitor;
		if (ids.visit) o.visit = ids.visit;
		for (var k in more) if (more[k] !== undefined) o[k] = more[k];
		return JSON.stringify(o);
	}

	function warn(text) {
		if (!quiet && w.console) w.console.warn('ringtrace: ' + text);
		quiet = true;
	}

	function post(what, more, done) {
		var x = new XMLHttpRequest();
		x.open('POST', api + what);
		x.setRequestHeader('Content-Type', 'text/plain');
		x.timeout = 8000;
		x.onloadend = function () {
			var a = null;
			if (x.status === 404) warn('no site has the key "' + site + '"; numbers stay as they are');
			else if (x.status === 403) warn('this address is not in the list of the site "' + site + '"');
			else if (x.status === 200) try { a = JSON.parse(x.responseText); } catch (e) {}
			done(a);
		};
		x.send(body(more));
	}

	function beacon(what, more) {
		if (!ids.visit) return;
		if (!w.navigator.sendBeacon || !w.navigator.sendBeacon(api + what, body(more)))
			post(what, more, function () {});
	}

	function tell(name, detail) {
		detail.event = 'ringtrace.' + name;
		if (w.dataLayer && w.dataLayer.push) w.dataLayer.push(detail);
		d.dispatchEvent(new w.CustomEvent(detail.event, { detail: detail }));
	}

	function answered(a) {
		show();
		if (!a) return;
		if (a.tier === 'gone') {
			ids.visit = '';
			return view();
		}
		if (a.visitor) {
			ids = { visitor: a.visitor, visit: a.visit };
			save();
			cache({ at: Date.now(), swap: a.swap });
		}
		if (!a.swap.length) return;
		apply(a.swap);
		tell('number', { tier: a.tier, number: a.swap[0].to.e164 });
	}

	function zone() {
		try {
			return w.Intl.DateTimeFormat().resolvedOptions().timeZone;
		} catch (e) {}
	}

	function view() {
		var from = place || d.referrer;
		place = w.location.href;
		if (consent === 'no') forget();
		var may = consent !== 'no' && consent !== 'wait';
		var ga = may && jar('_ga').match(/\d+\.\d+$/);
		sentAt = Date.now();
		post('visit', {
			url: place.slice(0, 2048), ref: from.slice(0, 2048), title: d.title,
			consent: may ? consent || undefined : 'no',
			zone: may ? zone() : undefined, ga: ga ? ga[0] : undefined
		}, answered);
	}

	function beat(last) {
		if (!ids.visit || quiet) return;
		var s = usedS;
		usedS = 0;
		sentAt = Date.now();
		if (last) beacon('beat', { engaged_s: s });
		else post('beat', { engaged_s: s }, function (a) {
			if (a && a.tier === 'none') return;
			answered(a);
		});
	}

	// --- what people do ---------------------------------------------------
	function click(e) {
		var el = (e.composedPath && e.composedPath()[0]) || e.target;
		if (el.nodeType === 3) el = el.parentNode;
		el = el.closest && el.closest('a[href^="tel:" i],a[href^="sms:" i]');
		if (!el || e.rtTold) return;
		e.rtTold = true;
		beacon('event', { kind: 'tel_click' });
		tell('click', { number: el.getAttribute('href').slice(4) });
	}

	function tick() {
		var now = Date.now();
		if (d.visibilityState === 'visible' && now - usedAt < MINUTE / 2) usedS += 5;
		if (usedS && now - sentAt >= MINUTE) beat();
	}

	function shown() {
		if (d.visibilityState === 'hidden') {
			if (usedS) beat(true);
		} else if (Date.now() - sentAt >= MINUTE) {
			beat();
		}
	}

	// Another page of an application: a page view of the visit that goes on.
	function moved() {
		if (w.location.href.split('#')[0] === place.split('#')[0]) return;
		if (!ids.visit || Date.now() - sentAt >= SESSION) return view();
		place = w.location.href;
		post('event', { kind: 'view', url: place.slice(0, 2048), title: d.title }, function () {});
	}

	function wrap(name) {
		var old = w.history[name];
		if (old) w.history[name] = function () {
			var r = old.apply(this, arguments);
			w.setTimeout(moved, 0); // the page's title comes after
			return r;
		};
	}

	function start() {
		if (timer) return;
		timer = w.setInterval(tick, 5000);
		usedAt = Date.now();
		observe(d);
		if (consent !== 'no' && consent !== 'wait') load();
		var c = ids.visit && cache();
		if (c && Date.now() - c.at < SESSION) {
			apply(c.swap);
			known = true;
		} else if (own) {
			hide(d.documentElement);
			w.setTimeout(show, 400);
		}
		view();
		['mousemove', 'keydown', 'scroll', 'touchstart', 'click', 'focus'].forEach(function (n) {
			w.addEventListener(n, function () { usedAt = Date.now(); }, { capture: true, passive: true });
		});
		d.addEventListener('click', click, true);
		d.addEventListener('visibilitychange', shown);
		w.addEventListener('popstate', moved);
		w.addEventListener('pagehide', function () { if (usedS) beat(true); });
		wrap('pushState');
		wrap('replaceState');
	}

	// A page drawn before anybody sees it takes no number.
	function ready() {
		if (d.visibilityState === 'hidden' || d.prerendering) return;
		d.removeEventListener('visibilitychange', ready);
		start();
	}

	w.ringtrace = function (what, value) {
		if (what === 'swap') walk(value || d.documentElement);
		if (what !== 'consent') return;
		if (!value && ids.visit) beacon('event', { kind: 'consent_withdrawn' });
		consent = value && !w.navigator.globalPrivacyControl ? 'yes' : 'no';
		if (consent === 'yes') load();
		if (timer) view();
	};
	d.addEventListener('visibilitychange', ready);
	d.addEventListener('prerenderingchange', ready);
	ready();
})(window, document);
