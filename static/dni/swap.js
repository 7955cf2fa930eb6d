// swap.js - finds telephone numbers on a page and puts others in their place.
//
// A number is looked for by its digits, whatever stands between them, so every
// format of every country is one expression: international with +, 00 or 011,
// "+44 (0)20", national with and without trunk prefix, letters for digits. What
// is put in its place has the same separators. Numbers may be split over
// inline elements. Nothing is changed in scripts, in fields, below
// data-noswap; what was changed remembers what it was, for restore().
//
// Written in ES5: nothing lowers it further.

// Blanks of all kinds (\s has the no-break ones), brackets, dots, dashes, and
// the invisible marks of right-to-left text.
var SEP = '[\\s().\\-/·‐-–\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069]{0,4}';
var KEYS = ['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];
var INLINE = /^(A|B|BD[IO]|BIG|DATA|EM|FONT|I|INS|LABEL|MARK|NOBR|S|SMALL|SPAN|STRONG|SU[BP]|TIME|U|VAR|WBR)$/i;
var LINK = /^(tel|sms|smsto|callto|skype|imessage|facetime|whatsapp):|\/\/(wa\.me|\w+\.whatsapp\.com)\//i;
var KEEP = 'script,style,noscript,template,textarea,object,[data-noswap],[data-calltrk-noswap],' +
	'[contenteditable]:not([contenteditable=false])';
var ATTRS = ['href', 'title', 'aria-label', 'aria-description', 'alt', 'placeholder', 'value', 'content'];

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
export function makeRule(from, to) {
	var p = parts(from);
	var head = '((?:(?:\\+|00|011)' + SEP + ')?\\(?' + p.cc + SEP + ')?' +
		(p.trunk ? '(\\(?' + spaced(p.trunk) + SEP + ')?' : '()') + '(\\(?';
	return {
		// The end is rare on a page, and so a quick first question.
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
	var rules = [], quick = null, back = null;
	var roots = [], watchers = [];
	var names = ATTRS.concat(opt.attrs);
	var select = names.slice(1).map(function (n) { return '[' + n + ']'; }).join() + ',a[href],area[href]';
	var self = { found: 0, swapped: 0, paint: {}, look: look, use: use, text: text, restore: restore, watch: watch };

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

	// Everything below a node, once: texts in the order they stand, then what
	// has attributes. The selector engine is quicker than we are.
	function look(node) {
		var n, run = [], home = null;
		function end() {
			swapRun(run);
			run = [];
		}
		if (node.nodeType === 3) node = block(node);
		if (!node) return;
		if (node.nodeType === 1 && node.shadowRoot) watch(node.shadowRoot);
		if (!quick) return hosts(node);
		if (node.nodeType === 1) swapAttrs(node);
		var walk = (node.ownerDocument || node).createTreeWalker(node, 5, null, false);
		while ((n = walk.nextNode())) {
			if (n.nodeType === 1) {
				if (n.shadowRoot) watch(n.shadowRoot);
				if (run.length && !INLINE.test(n.nodeName)) end();
			} else if (swapText(n) || (!/\d/.test(n.data) && n.data.length > 3)) {
				end();
			} else if (run.length || /\d/.test(n.data)) {
				// A piece that holds digits, or stands between such.
				var b = block(n);
				if (b !== home) end();
				home = b;
				run.push(n);
			}
		}
		end();
		hosts(node);
		if (node.querySelectorAll) [].forEach.call(node.querySelectorAll(select), swapAttrs);
	}

	function hosts(node) {
		if (node.nodeName === 'IFRAME') frame(node);
		[].forEach.call(node.querySelectorAll ? node.querySelectorAll('iframe') : [], frame);
	}

	// Our own changes need not be looked at again.
	function quiet() {
		watchers.forEach(function (o) { o.takeRecords(); });
	}

	function fresh(n) {
		opt.seen(n);
		if (n.nodeType !== 3 || /\d/.test(n.data)) look(n);
	}

	function changes(list) {
		for (var i = 0; i < list.length; i++) {
			var m = list[i];
			if (m.type === 'attributes') {
				if (quick) swapAttr(m.target, m.attributeName);
			} else if (m.type === 'childList') {
				[].forEach.call(m.addedNodes, fresh);
			} else if (!quick || !swapText(m.target)) {
				fresh(m.target);
			}
		}
		quiet();
	}

	function watch(root) {
		if (roots.indexOf(root) < 0) {
			roots.push(root);
			var o = new doc.defaultView.MutationObserver(changes);
			o.observe(root, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: names });
			watchers.push(o);
			opt.root(root);
			if (root !== doc) look(root);
		}
	}

	// list of { from, to }; old: from is what an earlier answer put there.
	function use(list) {
		rules = list.map(function (s) { return makeRule(s.from, s.to); });
		back = list.filter(function (s) { return !s.old; }).map(function (s) { return makeRule(s.to, s.from); });
		quick = rules.length ? new RegExp(rules.map(function (r) { return r.end; }).join('|'), 'i') : null;
		roots.forEach(look);
		quiet();
	}

	function undo(root) {
		var n, walk = (root.ownerDocument || root).createTreeWalker(root, 5, null, false);
		while ((n = walk.nextNode())) {
			if (n.nodeType === 3) {
				var now = n.rt && n.rt[1] === n.data ? n.rt[0] : !kept(n.parentNode) ? text(n.data, back) : n.data;
				if (now !== n.data) n.data = now;
				n.rt = undefined;
			} else if (n.rt) {
				for (var k in n.rt) if (n.getAttribute(k) === n.rt[k][1]) n.setAttribute(k, n.rt[k][0]);
				n.rt = undefined;
			}
		}
	}

	// Everything as it was, until use() is called again.
	function restore() {
		quick = null;
		if (back) roots.forEach(undo);
		quiet();
		rules = [];
	}

	return self;
}
