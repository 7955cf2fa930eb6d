// forms.js - of the parts for visits and for frames: notices who begins to fill in
// a form, or to edit the page, in the page and in all that is looked at with it.
// The part for forms comes then; what is edited is first as its owner wrote it,
// as a page that is saved must not keep a number that is one visitor's.
// more(root): what else is done with each. Those that are gone are forgotten here.
export default function forms(tag, more) {
	const { page } = tag;
	let most = 99;

	// Applications make and drop parts of a page without end: those that are gone for
	// the second time that we look are forgotten.
	function forget() {
		let here = 99;
		const left = page.roots.filter((r) => {
			const was = r.$gone, gone = r.$gone = !r.isConnected || r.defaultView === null;
			here += !gone;
			return !gone || !was;
		});
		page.roots.splice(0, page.roots.length, ...left);
		most = left.length + here;
	}

	function form(e) {
		const el = e.composedPath()[0], sent = e.type === 'submit';
		if (el.isContentEditable) page.revert?.(el);
		if ((sent || el.form) && tag.attr('forms') !== 'no' && (tag.ids.visit || tag.boss)) tag.part('form', sent && el);
	}

	page.rooted = (root) => {
		root.addEventListener('submit', form, true);
		root.addEventListener('focusin', form);
		more?.(root);
		if (page.roots.length > most) forget();
	};
	page.roots.forEach(page.rooted);
	form({ composedPath: () => [document.activeElement || document] });
}
