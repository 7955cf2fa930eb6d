// swap.js - finds telephone numbers on a page and puts others in their place.
//
// A number is looked for by its digits, whatever stands between them, so every
// format of every country is one expression: international with +, 00 or 011,
// "+44 (0)20", national with and without trunk prefix, letters for digits. What
// is put in its place has the same separators. Numbers may be split over
// inline elements. Nothing is changed in scripts, in fields, below
// data-noswap; what was changed remembers what it was, for restore.js.
//
// Written in ES5: nothing lowers it further.

// Blanks of all kinds (\s has the no-break ones), brackets, dots, dashes, and
// the invisible marks of right-to-left text.
var SEP = '[\\s().\\-/·‐-–\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069]{0,4}';
var KEYS = '  ABC DEF GHI JKL MNO PQRS TUV WXYZ'.split(' ');
var INLINE = /^(A|B|BD[IO]|BIG|DATA|EM|FONT|I|INS|LABEL|MARK|NOBR|S|SMALL|SPAN|STRONG|SU[BP]|TIME|U|VAR|WBR)$/i;
export var LINK = /^(tel|sms|callto|whatsapp):|\/\/(wa\.me|\w+\.whatsapp\.com)\//i;
var KEEP = 'script,style,noscript,template,textarea,object,[data-noswap],[data-calltrk-noswap],' +
	'[contenteditable]:not([contenteditable=false])';
var ATTRS = ['href', 'title', 'aria-label', 'alt', 'placeholder', 'value', 'content'];

function digits(s) {
	return s.replace(/\D/g, '');
}

// { cc, trunk, nsn } of a number as the server writes it.
function parts(num) {
	var all = digits(num.e164), nat = digits(num.national), t = 0;
	while (t < 3 && all.slice(-(nat.length - t)) !== nat.slice(t)) t++;
	var nsn = nat.slice(t);
	return { cc: all.slice(0, all.length - nsn.length), trunk: nat.slice(0, t), nsn: nsn };
}

// Letters may stand for the digits from the given one on. In North America
// numbers are written 3-3-4 or without a gap; elsewhere everybody groups anew.
function spaced(s, from, cc) {
	return s.split('').map(function (d, i) {
		var k = i >= from && KEYS[d];
		return (i && (cc !== '1' || i === 3 || i === 6) ? SEP : '') + (k ? '[' + d + k + ']' : d);
	}).join('');
}

// What to look for, and what to show instead.
function makeRule(from, to) {
	var p = parts(from);
	var head = '((?:(?:\\+|00|011)' + SEP + ')?\\(?' + p.cc + SEP + ')?' +
		(p.trunk ? '(\\(?' + spaced(p.trunk) + SEP + ')?' : '()') + '(\\(?';
	return {
		// The end is rare on a page, and so a quick first question.
		tail: p.nsn.slice(-2),
		end: spaced(p.nsn.slice(-4), 0),
		re: new RegExp(head + spaced(p.nsn, 3, p.cc) + ')(?!\\d)', 'gi'),
		// Without its trunk prefix a number must be long to be one (1), or is
		// none (2).
		bare: p.trunk && (p.nsn.length > 8 ? 1 : 2),
		from: from, to: to, p: parts(to)
	};
}

// Puts new digits into the old form; null when it has not as many.
function fit(old, fresh) {
	var i = 0;
	if (/[a-z]/i.test(old) || digits(old).length !== fresh.length) return null;
	return old.replace(/\d/g, function () { return fresh.charAt(i++); });
}

// Is it part of something else: an id, a price, a longer number?
function partOf(text, at, len, strict) {
	var a = text.charAt(at - 1), b = text.charAt(at + len);
	return /[\d+]/.test(a) ||
		(/[.,\-\/]/.test(a) && /\d/.test(text.charAt(at - 2))) ||
		(/[.,\-]/.test(b) && /\d/.test(text.charAt(at + len + 1))) ||
		(strict && (/[\w$#€£₹=]/.test(a) || /^-?\w/.test(text.slice(at + len))));
}

export function Swapper(doc, opt) {
	var rules = [], quick = null, count = 0;
	var roots = [], watchers = [];
	var names = ATTRS.concat(opt.attrs);
	var select = '';
	var self = { found: 0, swapped: 0, paint: {}, roots: roots, look: look, use: use, know: know, text: text, quiet: quiet, kept: kept, watch: watch, find: find };

	// [from, to, new text] of each number in s, the last first: so what stands
	// before keeps its place while they are put in.
	function hits(s, list, link) {
		for (var out = [], i = 0; i < list.length; i++) {
			var r = list[i], m;
			r.re.lastIndex = 0;
			while ((m = r.re.exec(s))) {
				if (!m[1] && !m[2] && r.bare && (r.bare > 1 || /^\s\d/.test(s.slice(m.index + m[0].length)))) continue;
				// Without separators, or with letters, it must stand alone.
				if (!link && partOf(s, m.index, m[0].length, /^\d+$|[a-z]/i.test(m[0]))) continue;
				var lead = (/^\D*(00|011)(?=\D*[1-9])/.exec(m[1]) || [''])[0];
				var cc = m[1] ? fit(m[1].slice(lead.length), r.p.cc) : '';
				var trunk = m[2] ? fit(m[2], r.p.trunk) : '', nsn = fit(m[3], r.p.nsn);
				out.push([m.index, m.index + m[0].length, cc === null || trunk === null || nsn === null
					? link ? r.to.e164 : m[1] ? r.to.international : r.to.national
					: lead + cc + trunk + nsn]);
			}
		}
		return out.sort(function (x, y) { return y[0] - x[0]; });
	}

	function text(s, list, link) {
		hits(s, list || rules, link).forEach(function (h) { s = s.slice(0, h[0]) + h[2] + s.slice(h[1]); });
		return s;
	}

	function kept(el) {
		return !el || !el.closest || el.closest(KEEP);
	}

	// The texts between which a number may be split stand in one block.
	function block(n) {
		for (n = n.parentNode; n && INLINE.test(n.nodeName);) n = n.parentNode;
		return n;
	}

	function set(node, now) {
		var old = node.data, was = node.rt && node.rt[1] === old ? node.rt[0] : old;
		node.data = now;
		node.rt = [was, now];
		self.swapped++;
		if (now.length < 60 && was.length < 60) self.paint[was.trim()] = now.trim();
	}

	function swapText(node) {
		var old = node.data;
		if (!quick.test(old)) return false;
		if (kept(node.parentNode)) return true;
		var now = text(old);
		if (now === old) return false;
		self.found++;
		set(node, now);
		return true;
	}

	// A number that goes over several texts: each keeps its share.
	function swapRun(run) {
		var all = run.map(function (n) { return n.data; }), s = all.join('');
		if (run.length < 2 || !quick.test(s) || run.some(function (n) { return kept(n.parentNode); })) return;
		var ends = all.map(function (t) { return t.length; });
		hits(s, rules).forEach(function (h) {
			var at = 0, t = h[2], even = t.length === h[1] - h[0];
			self.found++;
			for (var i = 0; i < run.length; i++) {
				var x = Math.max(h[0] - at, 0), y = Math.min(h[1] - at, ends[i]);
				if (x < y) set(run[i], all[i] = all[i].slice(0, x) + (even ? t.slice(at + x - h[0], at + y - h[0])
					: at + x === h[0] ? t : '') + all[i].slice(y));
				at += ends[i];
			}
		});
	}

	function swapAttr(el, name) {
		var old = el.getAttribute(name), now;
		if (!old || !/\d/.test(old)) return;
		if (name === 'value' ? !/^(button|submit|reset)$/.test(el.type)
			: name === 'content' ? el.nodeName === 'META' : name === 'href' && !LINK.test(old)) return;
		if (name === 'href') {
			now = old.replace(/(^[\w-]+:|phone=)([^?&;#]+)/gi, function (s, head, num) {
				var d = num.replace(/%(2[08B-F]|A0)/gi, unescape), t = text(d, rules, 1);
				return t === d ? s : head + t.replace(/\s/g, '');
			});
		} else {
			now = text(old);
		}
		if (now === old || kept(el)) return;
		var mark = el.rt || (el.rt = {}), m = mark[name];
		mark[name] = [m && m[1] === old ? m[0] : old, now];
		self.found++;
		self.swapped++;
		el.setAttribute(name, now);
	}

	function swapAttrs(el) {
		for (var i = 0; i < names.length; i++) swapAttr(el, names[i]);
	}

	function frame(f) {
		try {
			var w = f.contentWindow, d = f.contentDocument;
			if (!f.rtSeen) {
				f.rtSeen = 1;
				f.addEventListener('load', function () { frame(f); });
			}
			if (d && d.body && !w.ringtrace) watch(d);
		} catch (e) {} // another origin's: its own tag may ask us
	}

	// The texts below an element in the order they stand. A number may be split
	// over pieces that hold digits, or stand between such, in one block.
	function swapTexts(el) {
		var n, run = [], home = null, walk = (el.ownerDocument || el).createTreeWalker(el, 5, null, false);
		function end() {
			swapRun(run);
			run = [];
		}
		while ((n = walk.nextNode())) {
			if (n.nodeType === 1) {
				if (run.length && !INLINE.test(n.nodeName)) end();
			} else if (swapText(n) || (!/\d/.test(n.data) && n.data.length > 3)) {
				end();
			} else if (run.length || /\d/.test(n.data)) {
				var b = block(n);
				if (b !== home) end();
				home = b;
				run.push(n);
			}
		}
		end();
	}

	// hit(el) for the smallest elements below one whose text fits. The browser
	// joins texts far quicker than we could look at each, so only the branches
	// that hold something are entered, and of many children those in groups.
	function find(el, re, hit) {
		for (var rest = '', kids = el.childNodes, i = 0; i < kids.length; i++) {
			var n = kids[i], t = n.nodeType === 3 ? n.data : n.nodeType === 1 ? n.textContent : '', group;
			if (i % 64 === 0 && kids.length > 99) {
				group = doc.createRange();
				group.setStart(el, i);
				group.setEnd(el, Math.min(i + 64, kids.length));
				if (!re.test(group)) {
					i += 63;
					t = '';
				}
			}
			if (t && n.nodeType === 1) {
				if (re.test(t) && !/^(NO)?SCRIPT|STYLE$/i.test(n.nodeName)) {
					find(n, re, hit);
					t = '|';
				} else if (!INLINE.test(n.nodeName)) {
					t = '|';
				}
			}
			rest += t || '|';
		}
		if (re.test(rest)) hit(el);
	}

	// Everything below a node, once.
	function look(node) {
		if (node.nodeType === 3) node = block(node);
		if (!node) return;
		if (node.shadowRoot) watch(node.shadowRoot);
		hosts(node);
		if (!quick) return;
		// The end of a number may stand alone in an inline element.
		var blocks = [];
		if (quick.test(node.textContent || node.body && doc.title + node.body.textContent)) find(node, quick, function (el) {
			if (INLINE.test(el.nodeName)) el = block(el.firstChild) || el;
			if (blocks.indexOf(el) < 0) blocks.push(el);
		});
		blocks.forEach(swapTexts);
		if (node.nodeType === 1) swapAttrs(node);
		if (node.querySelectorAll) [].forEach.call(node.querySelectorAll(select), swapAttrs);
	}

	// Shadow roots that custom elements had before us; later ones, and those of
	// other elements, are seen when they are made.
	function shadows(root) {
		var own = root.evaluate && root.evaluate('//*[contains(name(),"-")]', root, null, 7, null);
		var all = own || root.querySelectorAll('*'), n;
		for (var i = 0; (n = own ? own.snapshotItem(i) : all[i]); i++) if (n.shadowRoot) watch(n.shadowRoot);
	}

	function hosts(node) {
		if (node.nodeName === 'IFRAME') frame(node);
		[].forEach.call(node.querySelectorAll ? node.querySelectorAll('iframe') : [], frame);
	}

	// Our own changes need not be looked at again.
	function quiet() {
		watchers.forEach(function (o) { o.takeRecords(); });
	}

	// A short text may be the rest of a number that its neighbours begin.
	function fresh(n) {
		opt.seen(n);
		if (n.nodeType === 1) look(n);
		else if (quick && n.nodeType === 3 && /\d/.test(n.data) && !swapText(n) && n.data.length < 30) swapTexts(block(n));
	}

	// Of many changes at once each would be looked at several times. What others
	// saw by now is dealt with too, as quiet() forgets it.
	function changes(list) {
		watchers.forEach(function (o) { list = list.concat(o.takeRecords()); });
		if (list.length > 99) roots.forEach(look);
		else list.forEach(function (m) {
			if (m.type === 'attributes') {
				if (quick) swapAttr(m.target, m.attributeName);
			} else if (m.type === 'childList') {
				[].forEach.call(m.addedNodes, fresh);
			} else {
				fresh(m.target);
			}
		});
		quiet();
	}

	function watch(root) {
		if (roots.indexOf(root) >= 0) return;
		roots.push(root);
		opt.root(root);
		if (root === doc) return reading();
		observe(root);
	}

	function observe(root) {
		var o = new MutationObserver(changes);
		o.observe(root, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: names });
		watchers.push(o);
		look(root);
		setTimeout(function () { shadows(root); }, 0);
	}

	// While the page is being read, what came is looked at once a frame, before
	// it is painted, not node by node.
	function reading() {
		var n = doc.getElementsByTagName('*').length;
		if (n !== count) {
			count = n;
			opt.seen(doc);
			look(doc);
		}
		if (doc.readyState === 'loading') requestAnimationFrame(reading);
		else observe(doc);
	}

	// list of { from, to }: for text() alone.
	function know(list) {
		rules = list.map(function (s) { return makeRule(s.from, s.to); });
		quick = null;
	}

	// And for the page.
	function use(list) {
		know(list);
		// In an attribute the last two digits stand together.
		var tails = {};
		rules.forEach(function (r) { tails[r.tail] = 1; });
		select = 'a[href^=tel],' + names.map(function (n) {
			return Object.keys(tails).map(function (t) { return '[' + n + '*="' + t + '"]'; }).join();
		}).join();
		if (list.length) quick = new RegExp(rules.map(function (r) { return r.end; }).join('|'), 'i');
		roots.forEach(look);
		quiet();
	}

	return self;
}
