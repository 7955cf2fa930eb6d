// stub.js - optional, inline in <head>: shows the number that this tab knows
// already while the page is being read, before anything is painted. 300 bytes at
// most once minified. rt_p is what t.js keeps with consent: [until, [[a text of the
// last page that is the site's number, as it is to be], ...], what the tag shows, where
// nothing is changed]. Only a text that is the same changes: what else has those digits may be
// a price or an order. Texts alone have a wholeText, not comments; what changed has addedNodes, which
// are looked at as children are.
try {
	let [until, pairs, , keep = '*'] = JSON.parse(sessionStorage.rt_p), look = (n) =>
		n.wholeText ? n.parentElement?.closest(keep) || pairs.map(([from, to]) => n.data.trim() == from && (n.data = n.data.replace(from, () => to)))
			: (n.addedNodes || n.childNodes).forEach(look);
	until > new Date && new MutationObserver((l) => l.map(look))
		.observe(document, { childList: 1, subtree: 1 });
} catch (e) {}
