/*
 * colour.js - a colour of the theme for what draws by itself. A custom property
 * holds the colours of both themes; what something would be painted with is
 * the one that shows.
 */
let probe = null;

export function colour(name) {
	if (!probe) {
		probe = document.createElement("i");
		probe.hidden = true;
		document.body.append(probe);
	}
	probe.style.color = `var(${name})`;
	return getComputedStyle(probe).color;
}
