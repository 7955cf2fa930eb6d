// drafts.js - what somebody had not saved when the page went away, in this
// browser only. It is offered again while nobody has saved a newer version.
import { readDocument } from './model.js';

const name = (page) => `flow-draft ${page.flow.id}`;

export function load(page, types) {
	try {
		const kept = JSON.parse(localStorage.getItem(name(page)));
		return kept?.base === page.state.version ? readDocument(JSON.stringify(kept.document), types) : null;
	} catch {
		return null; // storage is forbidden, or holds something else
	}
}

/** document null: everything is saved. */
export function keep(page, base, document) {
	try {
		if (document === null)
			localStorage.removeItem(name(page));
		else
			localStorage.setItem(name(page), JSON.stringify({ base, document }));
	} catch {
		// storage is forbidden or full: the page itself still asks on leaving
	}
}
