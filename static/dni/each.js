// each.js - which of a site's several numbers stand on the page, for what about.js
// tells: what the tag changed knows what it was before, and of a number that is split over
// texts which ones it stood in.
const MOST = 200;

// Letters, full-width and Arabic digits are digits, too.
const digits = (s) => s.normalize('NFKC').replace(/[a-z]/gi, (c) => '22233344455566677778889999'[c.toUpperCase().charCodeAt() - 65])
	.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (c) => c.charCodeAt() & 15).replace(/\D/g, '');

// [number, its digits as they stand in every form of it]
function parts({ from: { e164, national } }) {
	let s = digits(national);
	while (!e164.endsWith(s)) s = s.slice(1);
	return [e164, s];
}

// What stood in the texts of one number, or of some that share a text: in the order of
// the page, as they were swapped from behind.
function before(texts) {
	const BEHIND = 2; // DOCUMENT_POSITION_PRECEDING: the other is in front
	const list = [...new Set(texts)].sort((a, b) => (a.compareDocumentPosition(b) & BEHIND ? 1 : -1));
	return list.map((n) => n.$rt?.[0] ?? '').join('');
}

export default function (tag) {
	const w = window;

	function each() {
		const done = new Set(), out = new Map(), all = w.ringtrace.numbers().map(parts);

		function count(text) {
			const s = digits(text);
			for (const [e164, nsn] of all) {
				const n = s.split(nsn).length - 1;
				if (n) out.set(e164, (out.get(e164) || 0) + n);
			}
		}

		for (const root of tag.page.roots) {
			const walk = w.document.createTreeWalker(root, 5);
			for (let n = root; n; n = walk.nextNode()) {
				const was = n.$rt;
				if (!was) continue;
				if (n.nodeType === 1) for (const name in was) count(was[name][0]);
				else if (!done.has(was[2])) {
					done.add(was[2]);
					count(before(was[2]));
				}
			}
		}
		return [...out].slice(0, MOST);
	}

	return (tell) => tell(each());
}
