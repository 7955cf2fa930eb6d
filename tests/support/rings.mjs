// rings.mjs - who goes by the keyboard sees where he is.
//
//   assert.deepEqual(await page.evaluate(ringFaults), [], path);

/** In the page: what can have the focus and does not show it, or shows it where
 *  it is cut off by something that scrolls; and what jumps the queue. */
export function ringFaults() {
	const faults = [];
	const name = (el) => `<${el.tagName.toLowerCase()}${el.id && ` id=${el.id}`} class="${el.getAttribute('class') ?? ''}"> ${(el.getAttribute('aria-label') ?? el.textContent).trim().slice(0, 30)}`;
	const can = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, audio[controls], [tabindex]')]
		.filter((el) => !el.disabled && el.type !== 'hidden' && el.tabIndex >= 0 && el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }));
	const ring = (el) => {
		const css = getComputedStyle(el);
		return css.outlineStyle === 'none' ? 0 : parseFloat(css.outlineWidth);
	};
	for (const el of can) {
		if (el.tabIndex > 0) faults.push(`${name(el)}: tabindex ${el.tabIndex}`);
		el.focus();
		if (document.activeElement !== el) continue;
		// A field that nobody sees shows it where it is seen to be.
		const at = [el, el.parentElement].find((e) => ring(e) > 0 && e.getBoundingClientRect().width > 2);
		if (!at) {
			faults.push(`${name(el)}: nobody sees that it has the focus`);
			continue;
		}
		const far = ring(at) + parseFloat(getComputedStyle(at).outlineOffset) - 0.6;
		const box = at.getBoundingClientRect();
		for (let p = at.parentElement; p !== document.body; p = p.parentElement) {
			const css = getComputedStyle(p);
			const clip = p.getBoundingClientRect();
			const cut = { top: css.overflowY !== 'visible' && box.top - far < clip.top, bottom: css.overflowY !== 'visible' && box.bottom + far > clip.bottom,
				left: css.overflowX !== 'visible' && box.left - far < clip.left, right: css.overflowX !== 'visible' && box.right + far > clip.right };
			const sides = Object.keys(cut).filter((side) => cut[side]);
			// What is wider than its room cannot be seen whole.
			if (sides.length > 0 && box.width < clip.width && box.height < clip.height) faults.push(`${name(el)}: cut off (${sides}) by ${name(p).slice(0, 60)}`);
		}
	}
	document.activeElement.blur();
	scrollTo(0, 0);
	return faults;
}
