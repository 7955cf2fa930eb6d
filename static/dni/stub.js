// stub.js - optional, inline in <head>: shows the number that this tab knows
// already while the page is being read, before anything is painted. 300 bytes at
// most once minified. rt_p is what t.js keeps with consent: [until, [[the site's
// number as it stands on the page, ours], ...]]. Texts alone have a wholeText, not
// comments.
try {
	let [until, pairs] = JSON.parse(sessionStorage.rt_p), look = (n) =>
		n.wholeText ? n.parentElement?.closest('script,style,[data-noswap]') || pairs.map((p) => n.data = n.data.replace(...p))
			: n.childNodes.forEach(look);
	until > new Date && new MutationObserver((l) => l.map((m) => m.addedNodes.forEach(look)))
		.observe(document, { childList: 1, subtree: 1 });
} catch (e) {}
