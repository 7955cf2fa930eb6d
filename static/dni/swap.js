// swap.js - finds telephone numbers on a page and puts others in their place.
//
// A number is looked for by its digits, whatever stands between them, so every
// format of every country is one expression: international with +, 00 or 011,
// "+44 (0)20", national with and without trunk prefix, letters for digits. What
// is put in its place has the same separators. Numbers may be split over
// inline elements. Nothing is changed in scripts, in fields, below
// data-noswap; what was changed remembers what it was, for undo().
//
// How it stays cheap: the browser joins the texts of a branch far quicker than
// a program could look at each, so one quick expression (the last seven digits)
// is asked of whole stretches, and only in those that hold something is it asked where.
// Every place is asked once: while the page is being read only what came since
// the last frame, later only what changed.

import { KEEP, kept, STAYS } from './keep.js';

// Brackets, dots, bullets, dashes and invisible marks, full-width ones and Japanese strokes
// and dots too, and as many blanks
// as a page's source has between them (\s has the no-break ones). Each blank can be matched
// in one way only, so a long run of them costs no more than its length. The
// classes \p{Pd} and \p{Cf} say the same and take a browser ten times as long.
const SEP = '\\s*(?:[()./|·\\-\xad\u05be\u061c\u2000-\u2fff\u30fb\u30fc\uff08-\uff0f]\\s*){0,4}', OPEN = '[(\uff08]?';
// In the order that packs smallest.
const PIECES = 'code,mark,big,ins,sub,tspan,s,sup,span,a,font,u,strong,data,label,abbr,b,small,cite,wbr,bdi,img,i,em,kbd,nobr,bdo,q,time'.split(',');
// Which elements' attributes are looked at: of all that hold the end of a number
// there (in those from the fifth on), or of a few elements whatever they say; of all
// where other digits than ASCII's were met.
export const names = 'alt,value,placeholder,xlink:href,href,title,content,aria-label'.split(',');
let also = 'area';

export const isLink = (href) => /^\s*(facetime.*|sms(to)?|tel|callto|whatsapp|viber):|\/\/(wa\.me|t\.me(?=\/\+\d)|\w+\.whatsapp\.com)\//i.test(href);

// Every expression is compiled when it is first met, which takes a browser longer
// than what the few characters asked of here need. Signs beyond ASCII stand in them as
// numbers: a page of another character set reads this file in its own, if nobody says
// which one it has.
const digits = (s) => s.replace(/\D/g, '');
const isDigit = (s) => /[\d\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/.test(s);

// The end of a number is rare on a page, and so a quick first question.
export const tail = (number) => spaced(digits(number).slice(-7), 0, '', '\\W*');

function see(root) {
	look(root);
	observer.observe(root, { subtree: 1, childList: 1, characterData: 1, attributeFilter: names });
	setTimeout(() => hosts(root));
}

// The texts between which a number may be split stand in one block.
function block(n) {
	do n = n.parentNode; while (n && inline(n));
	return n;
}

// A short text, or an element of one, may be the rest of a number that its
// neighbours begin: their block is looked at, once for all changes.
function fresh(n) {
	if (n.nodeType === 1) look(n);
	if ((n.nodeType === 3 || inline(n)) && (n.$rt || quick.test(n.textContent) || (!n.textContent[29] && isDigit(n.textContent))) && (n = block(n))) homes.add(n);
}

// Everything below a node; its texts perhaps were looked at already.
export function look(node, known) {
	if (!quick) return;
	if (node.nodeType === 1) {
		enter(node);
		hosts(node);
	}
	if (backward) revert(node);
	if (known === true) {
		// only attributes are left
	} else if (node.nodeType === 9) {
		// Its body is a form that has this name, if there is one.
		find(node.documentElement);
	} else if (quick.test(node.textContent)) {
		find(node);
	}
	if (!rules[0]) return;
	if (node.nodeType === 1) swapAttrs(node);
	// Names are quicker asked for one after the other, attributes in one list.
	if (node.firstChild) ['img', 'textarea', 'input', 'iframe', also, select].forEach((where) => node.querySelectorAll(where).forEach(swapAttrs));
}

// Elements that may have a shadow root nobody attached while we were here (of
// before our time, written as text, copied): those whose names are none of HTML's
// everyday ones, and boxes without children of their own; those with children and
// texts, of which a page has thousands, are the module's for visits. Browsers of 2020
// know no list in :not(), and are asked for none.
function hosts(node) {
	try {
		node.querySelectorAll(':not(div:not(:empty),img,path,p,span,a,td,li,h3,head,head *)').forEach(enter);
	} catch {}
}

// What we changed and nobody since, as it was.
export function revert(root) {
	const walk = doc.createTreeWalker(root, 5);
	for (let n = root; n; n = walk.nextNode()) {
		const rt = n.$rt;
		if (!rt) continue;
		if (n.nodeType === 3) {
			if (n.data === rt[1]) n.data = rt[0];
		} else {
			for (const k in rt) if (n.getAttribute(k) === rt[k][1]) n.setAttribute(k, rt[k][0]);
		}
		n.$rt = null;
	}
}

// [from, to, new text] of each number in s, the last first: so what stands
// before keeps its place while they are put in.
function hits(s, link) {
	const out = [];
	for (const r of rules) {
		let m;
		// What is no number is found everywhere.
		while ((m = r.re.exec(s)) && m[3][2]) {
			const end = r.re.lastIndex, after = s.slice(end);
			// Without its trunk prefix a number must be long to be one.
			if (!m[1] && !m[2] && r.trunk && (!r.nsn[8] || /^\s\d/.test(after))) continue;
			// Is it part of something else: a longer number, one of another country? In texts:
			// an id, a price? Without separators, or with letters, it must stand alone, but for
			// a list or an address of wa.me. What seems its country's code may belong to what stands before.
			// In a link a zero in front, and the carrier behind it, are another way to dial it.
			const before = s.slice(0, m.index).slice(m[1] ? -2 : -8);
			if ((/[+\d\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]$|\+\d[\d\s().-]+$/.test(before) && !(link && r.cc > 1 && /^0[1-9]*$/.test(before))) || (!link && (/\d[.-]$/.test(before) || /^[.-]?[\d\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/.test(after) ||
				(/^[\d\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]+$|[a-z]/i.test(m[0]) && (/([\w$#=\xa3\u20ac\u20b9]|\d,|[^e]\/)$/.test(before) || /^([-@]?\w|,\d|\.(COM|[a-z]))/.test(after)))))) {
				r.re.lastIndex = m.index + 1;
				continue;
			}
			// A number that begins with a trunk prefix has none in the form of one without.
			const now = fit(m[1], digits(m[1] || '').slice(0, -r.cc.length) + r.p.cc) + fit(m[2], r.p.zero) + fit(m[3], (m[1] || !r.trunk === !r.p.trunk) && r.p.nsn);
			out.push([m.index, end, now.includes('n') ? link ? r.to.e164 : m[1] ? r.to.international : r.to.national : now]);
		}
	}
	// Several numbers of the page may be shown as one, and are one when put back.
	return out.sort((x, y) => y[0] - x[0]).filter((h, i) => !i || h[1] <= out[i - 1][0]);
}

// May stand in the middle of a number.
const inline = (el) => PIECES.includes(el.localName);

// How it went. The program around sets hide(el): holds the number, but it is not
// yet known which one to show; part('frame', el): a frame; rooted(root): a new
// root. paint: [old, new] texts as they stand on the page, for the stub.
export const page = { found: 0, swapped: 0, roots: [], paint: new Map(), watch, revert };

export const doc = document;
const { roots } = page, held = new Set(), homes = new Set();
const observer = new MutationObserver(changes), range = doc.createRange();
let rules = [], asked, quick, select, read = 0, started, seeing, backward, burst = 0;

// What to look for, and what to show instead.
function makeRule({ from, to }) {
	const p = parts(from);
	return {
		re: new RegExp(`((?:(?:[+＋]|00|011)${SEP})?${OPEN + spaced(p.cc, 9, '1') + SEP})?` +
			(p.zero ? `(${OPEN + spaced(p.zero) + SEP})?` : '()') + `(${OPEN + spaced(p.nsn, 3, p.cc)})(?!\\d)`, 'gi'),
		...p, to, p: parts(to),
	};
}

function changes(list) {
	const MANY = 99, MOST = 1e4, full = new Set(), before = page.swapped;
	// More swaps in a second, but what is looked at first, are two programs that undo each other's work.
	if (!quick || burst > MOST) return;
	// Of many new elements each would be looked at, and several times: all below
	// their parent is cheaper then, or all of the page where they have many.
	let many = -MANY;
	for (const m of list) many += m.addedNodes.length;
	for (const m of list) {
		if (m.attributeName) swapAttr(m.target, m.attributeName);
		else if (m.type < 'chi') fresh(m.target); // characterData
		else if (many > 0) full.add(m.target);
		else m.addedNodes.forEach(fresh);
	}
	(full.size > MANY ? roots : full).forEach(look);
	// Until the number is known only what holds it is hidden, not a box of much else in which a text changes.
	homes.forEach((n) => (rules[0] ? hit(n) : find(n)));
	homes.clear();
	// Our own changes need not be looked at again.
	observer.takeRecords();
	const n = page.swapped - before;
	if (n) {
		burst += n;
		setTimeout(() => (burst -= n), 1000);
	}
}

// Texts below a node that fit are hit. The browser is asked for what stands
// between the beginnings of two elements, however deep they are; each time a little
// further, as a number may be split. Where that has a number, the lengths of its texts
// say which of them it begins in.
// from: that many elements are known; gives how many there are now.
function find(root, from = 0) {
	const STEP = 64, OVER = 16, found = new Set();
	const list = root.querySelectorAll('*'), n = list.length, w = doc.createTreeWalker(root, 12);
	for (let i = from - OVER; i <= n; i += STEP) {
		const end = list[i + STEP + OVER];
		range.selectNodeContents(root);
		range.setStart(w.currentNode = list[i - 1] || root, 0);
		if (end) range.setEnd(end, 0);
		let at = 0, past = 0, s = range + '', text, m;
		while ((m = quick.exec(s)) && m[0]) {
			at += m.index;
			while (past <= at) past += (text = w.nextNode()).length;
			found.add(at + m[0].length > past ? block(text) || root : text);
			s = s.slice(m.index + 1);
			at++;
		}
	}
	found.forEach(hit);
	return n;
}

export function text(s, link) {
	for (const [from, end, t] of hits(s, link)) s = s.slice(0, from) + t + s.slice(end);
	return s;
}

// A digit may be a full-width one, as Chinese and Japanese keyboards write (\uff10 is
// their zero), or an Arabic one (\u0660; \u06f0 in Iran); letters may stand for the digits from the given one on. In North America
// numbers are written 3-3-4 or without a gap; elsewhere everybody groups anew.
function spaced(s, from, cc, sep = SEP) {
	return s.replace(/./g, (d, i) => (i && (cc !== '1' || i === 3 || i === 6) ? sep : i > 3 ? '(?:\\W(?=[a-z]))?' : '') +
		`[${d}\\u066${d}\\u06f${d}\\uff1${d}${i >= from ? '01ADGJMPTW'[d] + '-' + '01CFILOSVZ'[d] : ''}]`);
}

// Puts new digits into the old form, of the same kind: the last four bits of any zero
// are none. Null when it has not as many, or letters. No
// old one, which is a part that is not there, needs none.
function fit(old = '', fresh) {
	let i = 0;
	const out = old.replace(/[\d\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (c) => {
		if (c > '9') also = '*';
		return String.fromCharCode(c.charCodeAt() & ~15 | fresh[i++]);
	});
	return old && (/[a-z]/i.test(old) || i !== fresh.length) ? null : out;
}

// A number that goes over one or several texts: each keeps its share, and all texts of
// these numbers stay and go together, as a text may have parts of two. Gives what
// was found.
function swapRun(run) {
	const s = run.map((n) => n.data).join(''), mates = [];
	if (!quick.test(s)) return;
	const found = hits(s);
	for (const [from, end, t] of found) {
		let at = 0;
		page.found++;
		for (const n of run) {
			const s = n.data, x = Math.max(from - at, 0), y = Math.min(end - at, s.length);
			if (x < y) {
				mates.push(n);
				put(n, s.slice(0, x) + (t.length === end - from ? t.slice(at + x - from, at + y - from)
					: at + x === from ? t : '') + s.slice(y), mates, run[1]);
			}
			at += s.length;
		}
	}
	return found[0];
}

export function swapAttr(el, name) {
	const old = el.getAttribute(name), link = /^(xl.*:)?href/.test(name);
	let now = old;
	if (!isDigit(old) || (name === 'value' ? !/^(bu|su|re)/.test(el.localName === 'input' && el.type)
		: link && !isLink(old))) return;
	if (link) {
		now = old.replace(/(^\s*[\w-]+:|number=|me\/|phone=)([^?&;#]+)/g, (s, head, num) => {
			const d = num.replace(/%(2[089B-F]|A0)/gi, unescape), t = text(d, 1);
			return t === d ? s : head + t.replace(/\s/g, '').replace('+', num.includes('%2B') ? '%2B' : '+');
		});
	} else if (quick.test(old)) now = text(old);
	if (now === old || kept(el.matches(STAYS) ? el : el.parentNode)) return;
	page.swapped++;
	if (!backward) {
		const mark = el.$rt = el.$rt || {}, m = mark[name];
		mark[name] = [m?.[1] === old ? m[0] : old, now];
	}
	page.found++;
	el.setAttribute(name, now);
}

// { cc, trunk, zero, nsn } of a number as the server writes it. zero: what people write
// before it, also where the server writes nothing: a zero, in Mexico the 1 of mobiles.
function parts(num) {
	const all = digits(num.e164), nat = digits(num.national);
	let t = 0;
	while (!all.endsWith(nat.slice(t))) t++;
	const nsn = nat.slice(t), cc = all.slice(0, -nsn.length), trunk = nat.slice(0, t);
	return { cc, trunk, zero: trunk || (cc > 1 ? cc === '52' ? '1' : '0' : ''), nsn };
}

export function watch(root) {
	if (roots.includes(root)) return;
	roots.push(root);
	page.rooted?.(root);
	if (started) see(root);
	// Roots that custom elements make from now on; prototypes may be frozen.
	const view = root.defaultView;
	if (view) try {
		const proto = view.Element.prototype, attach = proto.attachShadow;
		proto.attachShadow = function (o) {
			const root = attach.call(this, o);
			enter(this);
			return root;
		};
	} catch {}
}

// list of { from, to }: the numbers of the page and what it is to show.
export function use(list, back) {
	backward = back;
	rules = list.map(makeRule);
	// In an attribute the last digits stand together: two, or four where nobody
	// groups them anew, and the first of a number that is written in letters.
	select = [];
	names.slice(4).forEach((name, i) => {
		for (const { p, nsn } of rules) {
			const as = (s) => select.push(`[${i ? name : '*|href'}*="${s}"]`);
			as(nsn.slice(p.cc > 1 ? -2 : -4));
			if (/^(1?[389]00|8)/.test(nsn)) as(nsn.slice(0, 3));
		}
	});
	ask(rules.map((r) => tail(r.nsn)).join('|'));
}

// Its shadow root, if it is an open one.
function enter(el) {
	if (el.shadowRoot) watch(el.shadowRoot);
}

function swapAttrs(el) {
	if (el.localName === 'iframe') page.part('frame', el);
	for (const name of names) swapAttr(el, name);
}

// The texts of a block in the order they stand, over its inline elements. A
// number may be split over pieces that hold digits, or stand between such; one that
// stands in one piece is first. What has no words, a line's end or a drawing, ends
// a number, but behind a bracket or a dash; so does what is kept, like a word that is edited.
// Of a number in pieces none stays when the page changed or took away another, or the rules
// are others: beside what came instead it would be part of a number of nobody's.
function swapTexts(el) {
	const run = [];
	if (kept(el)) return;
	const end = () => swapRun(run.splice(0));
	(function pieces(el) {
		for (let n = el.firstChild; n; n = n.nextSibling) {
			if (n.nodeType === 1) {
				if (inline(n) && !n.matches(KEEP)) pieces(n);
				else if (n.textContent.trim() || !/[^\w\s]\s*$/.test(run.slice(-1)[0]?.data)) end();
			} else if (n.nodeType === 3) {
				n.$rt?.[2]?.some((n, i, all) => ((n.isConnected && n.data) !== n.$rt?.[1] || n.$rt[3] !== rules) && !all.forEach(revert));
				const some = isDigit(n.data) || quick.test(n.data);
				if (!some && n.data.trim()[3]) end();
				if ((some && !swapRun([n]) && !n.$rt) || run.length) run.push(n);
			}
		}
	})(el);
	end();
}

// While the page is being read, what came since the last look; then everything once
// more, as its programs may have changed what we have seen.
function step() {
	if (doc.readyState[7]) { // not "loading", which is shorter than the others
		seeing = 1;
		roots.forEach(see);
	} else if (quick) read = find(doc.documentElement, read);
}

// Once a frame, before it is painted: sooner nobody sees it, and the answer may be
// there before.
function reading() {
	if (seeing) return;
	step();
	requestAnimationFrame(reading);
}

// What was is kept, with the pieces of the same number and the rules it was found by, under a name that no field has: a form gives its field of that
// name instead. Of a number that is split over texts each piece may stand for anything on
// another page: the stub is not told.
function put(node, now, mates, split) {
	const old = node.data, was = node.$rt?.[1] === old ? node.$rt[0] : old;
	if (old !== now) {
		page.swapped++;
		node.data = now;
	}
	node.$rt = !backward && [was, now, mates, rules];
	if (!backward && !split && !now[49] && page.paint.size < 20) page.paint.set(was.trim(), now.trim());
}

// Another quick question is asked of everything; what held the number for
// the same question is known.
export function ask(source) {
	const same = source === asked, known = [...held];
	asked = !rules[0] && source; // others may end in the same digits
	quick = source && new RegExp(source, 'i');
	held.clear();
	if (same) known.forEach(hit);
	else read = 0;
	if (seeing) roots.forEach((root) => look(root, same));
	else if (rules[0]) step();
	if (!started && quick) {
		started = 1;
		requestAnimationFrame(reading);
	}
	observer.takeRecords();
}

// Everything as it was before the first swap. What we changed knows what it
// was; in what others copied from it, or the stub painted, the numbers of
// the list are swapped back, and so they are in what comes back later.
export function undo(list) {
	roots.forEach(revert);
	use(list.map((s) => ({ from: s.to, to: s.from })), 1);
}

// What holds the number: swapped, or hidden until the other one is known. Other digits
// are not hidden. A text that has all of it needs no look at its block.
function hit(n) {
	const text = n.wholeText, el = text ? n.parentNode : n;
	if (rules[0]) return (text && !kept(el) && swapRun([n])) || swapTexts((text && block(n)) || n);
	if (held.has(n) || !quick.test(el.textContent)) return;
	held.add(n);
	page.hide(el);
}
