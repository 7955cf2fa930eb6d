// forms.mjs - the forms of a page, read as a browser without scripts would.
//
//   const page = await openForm(client, '/settings/numbers/new');
//   page.fields.label.value            what stands in the field
//   const res = await page.send({ e164: '+14155550123' });
export const decode = (s) => s.replace(/&(amp|lt|gt|quot|#39);/g, (_, n) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[n]);

const attr = (tag, name) => {
	const m = tag.match(new RegExp(`\\s${name}="([^"]*)"`));
	return m ? decode(m[1]) : undefined;
};

/** All forms of a page that post: [{ action, fields, hidden, text }]. */
export function formsOf(html) {
	return [...html.matchAll(/<form\b[^>]*method="post"[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => {
		const fields = {};
		for (const [tag] of text.matchAll(/<input\b[^>]*>/g)) {
			const name = attr(tag, 'name');
			const type = attr(tag, 'type') ?? 'text';
			if (!name || type === 'file') continue;
			if (type === 'checkbox') {
				const f = (fields[name] ??= { type, options: [], value: [] });
				f.options.push(attr(tag, 'value'));
				if (/\schecked/.test(tag)) f.value.push(attr(tag, 'value'));
			} else {
				fields[name] = { type, value: attr(tag, 'value') ?? '', max: Number(attr(tag, 'maxlength') ?? 0) };
			}
		}
		for (const [, head, body] of text.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
			const options = [...body.matchAll(/<option\b[^>]*>/g)].map(([o]) => ({ value: attr(o, 'value'), on: /\sselected/.test(o) }));
			fields[attr(head, 'name')] = { type: 'select', options: options.map((o) => o.value),
				value: (options.find((o) => o.on) ?? options[0])?.value ?? '' };
		}
		for (const [, head, body] of text.matchAll(/<textarea\b([^>]*)>\n?([\s\S]*?)<\/textarea>/g))
			fields[attr(head, 'name')] = { type: 'textarea', value: decode(body) };
		return { action: attr(text.match(/<form\b[^>]*>/)[0], 'action'), fields, text };
	});
}

/** The pairs that a browser would send. */
export function pairs(fields, changes = {}) {
	const out = [];
	for (const [name, f] of Object.entries(fields)) {
		const value = name in changes ? changes[name] : f.value;
		if (value === undefined || value === null || value === false) continue;
		for (const v of Array.isArray(value) ? value : [value === true ? '1' : value]) out.push([name, v]);
	}
	for (const [name, v] of Object.entries(changes)) if (!(name in fields)) out.push([name, v]);
	return out;
}

/** The page's main form: the first with class "form", or the first that posts
 *  to the page's own address. */
export async function openForm(client, path, pick) {
	const res = await client.fetch(path);
	const html = await res.text();
	const forms = formsOf(html);
	const form = pick ? forms.find(pick) : (forms.find((f) => /class="card form"/.test(f.text)) ?? forms.find((f) => f.action === path));
	if (!form) throw new Error(`no form on ${path} (status ${res.status})`);
	return {
		...form, html, status: res.status,
		send: (changes = {}) => client.fetch(form.action, { method: 'POST', headers: { origin: new URL(client.base).origin },
			body: new URLSearchParams(pairs(form.fields, changes)) }),
	};
}
