// each.js - which of a site's several numbers stand on the page, for what about.js
// tells: what the tag changed knows what it was before. A number that is split over
// elements is asked for in what holds them, once.
const UP = 3, MOST = 200;

// Letters and full-width digits are digits, too.
const digits = (s) => s.normalize('NFKC').replace(/[a-z]/gi, (c) => '22233344455566677778889999'[c.toUpperCase().charCodeAt() - 65]).replace(/\D/g, '');

// [number, its digits as they stand in every form of it]
function parts({ from: { e164, national } }) {
	let s = digits(national);
	while (!e164.endsWith(s)) s = s.slice(1);
	return [e164, s];
}

export default function (tag) {
	const w = window;

	function each() {
		const done = new Set(), out = new Map(), all = w.ringtrace.numbers().map(parts);

		function count(text) {
			const s = digits(text);
			let some;
			for (const [e164, nsn] of all) {
				const n = s.split(nsn).length - 1;
				if (n) some = out.set(e164, (out.get(e164) || 0) + n);
			}
			return some;
		}

		function was(el) {
			const walk = w.document.createTreeWalker(el, 4);
			let s = '';
			for (let n; (n = walk.nextNode()); ) s += n.$rt?.[0] ?? n.data;
			return s;
		}

		function pieces(n) {
			for (let el = n.parentNode, i = 0; el && i < UP && !done.has(el); i++, el = el.parentNode) {
				done.add(el);
				if (count(was(el))) break;
			}
		}

		for (const root of tag.page.roots) {
			const walk = w.document.createTreeWalker(root, 5);
			for (let n = root; n; n = walk.nextNode()) {
				if (!n.$rt) continue;
				if (n.nodeType === 1) for (const name in n.$rt) count(n.$rt[name][0]);
				else if (!count(n.$rt[0])) pieces(n);
			}
		}
		return [...out].slice(0, MOST);
	}

	return (tell) => tell(each());
}
