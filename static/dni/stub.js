// stub.js - optional, inline in <head>: shows the number that this tab knows
// already while the page is being read, before anything is painted. 300 bytes at
// most once minified. rt_p is what t.js keeps with consent: [until, [[the site's
// number as it stands on the page, ours], ...]]. Texts alone have a wholeText, not
// comments; what changed has addedNodes, which are looked at as children are.
try {
	let [until, pairs] = JSON.parse(sessionStorage.rt_p), look = (n) =>
		n.wholeText ? n.parentElement?.closest('script,style,textarea,[data-noswap]') || pairs.map((p) => n.data = n.data.replace(...p))
			: (n.addedNodes || n.childNodes).forEach(look);
	until > new Date && new MutationObserver((l) => l.map(look))
		.observe(document, { childList: 1, subtree: 1 });
} catch (e) {}
