// difference.js - what changed between two flow documents, in words.

/** Steps that differ between two documents: [key, what]. */
export function difference(before, after) {
	const out = [];
	const plain = (step) => JSON.stringify({ ...step, at: undefined });
	for (const key of new Set([...Object.keys(before.steps), ...Object.keys(after.steps)])) {
		const a = before.steps[key];
		const b = after.steps[key];
		const name = (b ?? a).title || key;
		if (!a)
			out.push([name, 'added']);
		else if (!b)
			out.push([name, 'removed']);
		else if (plain(a) !== plain(b))
			out.push([name, changes(a, b)]);
	}
	if (before.first !== after.first)
		out.push(['The beginning', `${before.first} → ${after.first}`]);
	return out;
}

const show = (v) => (v === undefined ? 'nothing' : typeof v === 'object' ? JSON.stringify(v) : String(v));

function changes(a, b) {
	return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => k !== 'at' && JSON.stringify(a[k]) !== JSON.stringify(b[k]))
		.map((k) => `${k}: ${show(a[k])} → ${show(b[k])}`).join('; ');
}
