// restore.js - everything as it was before the first swap, until
// ringtrace.swap() is called again. t.js fetches it for ringtrace.restore(), and
// for data-print="own": a printed page lives longer than a lease, so it shows the
// site's own number.
//
// What the tag changed carries what it was ({ text.rt: [was, now] }, and for
// attributes by name). What others copied from it, or the stub painted, does not:
// there the numbers are swapped back.
(function (w) {
	'use strict';
	var rt = w.ringtrace;

	function undo(root, kept) {
		var n, walk = (root.ownerDocument || root).createTreeWalker(root, 5, null, false);
		while ((n = walk.nextNode())) {
			if (n.nodeType === 3) {
				var was = n.rt && n.rt[1] === n.data ? n.rt[0] : kept(n.parentNode) ? n.data : rt.text(n.data);
				if (was !== n.data) n.data = was;
				n.rt = undefined;
			} else if (n.rt) {
				for (var k in n.rt) if (n.getAttribute(k) === n.rt[k][1]) n.setAttribute(k, n.rt[k][0]);
				n.rt = undefined;
			}
		}
	}

	rt.restore = function () {
		var f = rt.facts(), roots = f.roots.slice();
		f.know(rt.numbers().map(function (s) { return { from: s.to, to: s.from }; }));
		roots.forEach(function (r) { undo(r, f.kept); });
		f.know([]);
		f.quiet();
	};
	if (rt.attr('print') === 'own') {
		w.addEventListener('beforeprint', rt.restore);
		w.addEventListener('afterprint', function () { rt.swap(); });
	} else {
		rt.restore();
	}
})(window);
