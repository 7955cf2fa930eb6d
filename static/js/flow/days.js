// days.js - weekdays as flows write them: "mon-fri,sun".

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** "mon-fri,sun" as a set of days, and back in the shortest form. */
export function daysOf(text) {
	const on = new Set();
	for (const part of String(text ?? '').toLowerCase().split(',')) {
		const [a, b] = part.trim().split('-');
		const from = DAYS.indexOf(a);
		const to = b === undefined ? from : DAYS.indexOf(b);
		if (from < 0 || to < 0)
			continue;
		for (let i = from; ; i = (i + 1) % 7) {
			on.add(DAYS[i]);
			if (i === to)
				break;
		}
	}
	return on;
}

export function daysText(on) {
	const parts = [];
	for (let i = 0; i < 7; i++) {
		if (!on.has(DAYS[i]))
			continue;
		let j = i;
		while (j < 6 && on.has(DAYS[j + 1]))
			j++;
		parts.push(j - i >= 2 ? `${DAYS[i]}-${DAYS[j]}` : DAYS.slice(i, j + 1).join(','));
		i = j;
	}
	return parts.join(',');
}
